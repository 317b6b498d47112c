package resnet4j.model;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import resnet4j.config.Checks;
import resnet4j.config.Records;

/** What a network's logits stand for, and so how its answer is read from them. Part of every saved model. */
public sealed interface Answer {
    /** The answer of most networks: one class, by softmax. */
    Answer CLASSES = new Classes(Calibration.NONE);

    /** The name of {@link #metadata}'s entry. */
    String ENTRY = "answer";

    /** How many logits there are for so many names. */
    default int logits(int names) {
        return names;
    }

    /** Whether it is read from what the head decides by, too, behind the logits. */
    default boolean byFeatures() {
        return false;
    }

    /** The same as far as it can be read from the logits alone, which are all that an ONNX file gives. */
    default Answer ofLogits() {
        return this;
    }

    /** What one sees of the picture's logits, in the order of the names: probabilities, or numbers in their own units. */
    double[] values(float[] logits, int from, int names);

    /** What a command or a class that takes one class only says of it: "labels", "numbers". */
    String words();

    /** @throws IllegalArgumentException unless it is one class. @param field that gave what is {@code named} so */
    default void requireOneClass(String field, String named) {
        if (!(this instanceof Classes))
            throw new IllegalArgumentException(field + ": expected a network that names one class, got " + named
                    + ", which answers with " + words() + "; predict and eval take it as a saved model");
    }

    /** What a file says of it among its metadata; nothing of one class. */
    default Map<String, String> metadata() {
        return equals(CLASSES) ? Map.of() : Map.of(ENTRY, Records.line(this));
    }

    /** Reads what {@link #metadata} says. */
    static Answer of(Map<String, String> metadata) {
        return metadata.containsKey(ENTRY) ? Records.read(metadata.get(ENTRY), Answer.class) : CLASSES;
    }

    /** One class of all: softmax of the logits over the temperature. */
    record Classes(Calibration calibration) implements Answer {
        @Override
        public boolean byFeatures() {
            return calibration.familiar().filter(f -> f.by().byFeatures()).isPresent();
        }

        @Override
        public Answer ofLogits() {
            return byFeatures() ? new Classes(calibration.withoutFamiliar()) : this;
        }

        @Override
        public double[] values(float[] logits, int from, int names) {
            double largest = Double.NEGATIVE_INFINITY, sum = 0, temperature = calibration.temperature();
            for (int i = from; i < from + names; i++) largest = Math.max(largest, logits[i]);
            var p = new double[names];
            for (int i = 0; i < names; i++) sum += p[i] = Math.exp((logits[from + i] - largest) / temperature);
            for (int i = 0; i < names; i++) p[i] /= sum;
            return p;
        }

        @Override
        public String words() {
            return "one class";
        }
    }

    /**
     * Any of the labels, or none: a sigmoid each.
     *
     * @param thresholds the probability from which each label is said to be there
     */
    record Labels(List<Double> thresholds) implements Answer {
        public Labels {
            thresholds = List.copyOf(thresholds);
            for (double threshold : thresholds) Checks.between("thresholds", 0, 1, threshold);
        }

        /** From one half on, for so many labels. */
        public static Labels half(int labels) {
            return new Labels(Collections.nCopies(labels, 0.5));
        }

        @Override
        public double[] values(float[] logits, int from, int names) {
            var p = new double[names];
            for (int i = 0; i < names; i++) p[i] = sigmoid(logits[from + i]);
            return p;
        }

        @Override
        public String words() {
            return "several labels";
        }
    }

    /**
     * One of classes that have an order: logit k says that the class is a later one than k, and the answer is as many
     * steps up as are likelier than not. Cao et al. 2019, arXiv:1901.07884.
     */
    record Ordered() implements Answer {
        @Override
        public int logits(int names) {
            return names - 1;
        }

        /** The class that is answered. */
        public int rank(float[] logits, int from, int names) {
            int rank = 0;
            for (int k = 0; k < names - 1; k++) if (logits[from + k] > 0) rank++;
            return rank;
        }

        @Override
        public double[] values(float[] logits, int from, int names) {
            var p = new double[names];
            double reached = 1; // the chance of this class or a later one
            for (int k = 0; k < names; k++) {
                double later = k == names - 1 ? 0 : Math.min(reached, sigmoid(logits[from + k]));
                p[k] = reached - later;
                reached = later;
            }
            return p;
        }

        @Override
        public String words() {
            return "ordered classes";
        }
    }

    /**
     * Numbers, which the network learns as deviations from what is usual.
     *
     * @param mean      of each number, in its own unit
     * @param deviation what a logit of 1 stands for
     */
    record Numbers(List<Double> mean, List<Double> deviation) implements Answer {
        public Numbers {
            mean = List.copyOf(mean);
            deviation = List.copyOf(deviation);
            if (mean.size() != deviation.size())
                throw new IllegalArgumentException(
                        "deviation: expected one for each of " + mean.size() + " means, got " + deviation.size());
            for (int i = 0; i < mean.size(); i++)
                if (!Double.isFinite(mean.get(i)) || !(deviation.get(i) > 0 && Double.isFinite(deviation.get(i))))
                    throw new IllegalArgumentException("mean, deviation: expected finite numbers, deviations above 0,"
                            + " got " + mean.get(i) + " and " + deviation.get(i));
        }

        @Override
        public double[] values(float[] logits, int from, int names) {
            var numbers = new double[names];
            for (int i = 0; i < names; i++) numbers[i] = mean.get(i) + deviation.get(i) * logits[from + i];
            return numbers;
        }

        /** The logit that a number would be. */
        public double scaled(int index, double number) {
            return (number - mean.get(index)) / deviation.get(index);
        }

        @Override
        public String words() {
            return "numbers";
        }
    }

    private static double sigmoid(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }
}
