package resnet4j.data;

import java.util.List;
import java.util.random.RandomGenerator;
import resnet4j.image.Interpolation;
import resnet4j.image.Step;
import resnet4j.image.Tone;

/** One of the operations that {@code RandAugment} and its kin choose from, as torchvision's on Pillow images. */
enum Operation {
    IDENTITY,
    SHEAR_X,
    SHEAR_Y,
    TRANSLATE_X,
    TRANSLATE_Y,
    ROTATE,
    BRIGHTNESS,
    COLOR,
    CONTRAST,
    SHARPNESS,
    POSTERIZE,
    SOLARIZE,
    AUTO_CONTRAST,
    EQUALIZE;

    static final List<Operation> ALL = List.of(values());

    /** How strong the operations become: the most of each, on a scale from nothing. */
    record Scale(double shear, double moveX, double moveY, double turn, double tint, int bits, int bitsLess) {
        /** RandAugment's. */
        static Scale ofRandAugment(int width, int height) {
            return new Scale(0.3, 150.0 / 331.0 * width, 150.0 / 331.0 * height, 30, 0.9, 8, 4);
        }

        /** TrivialAugmentWide's. */
        static Scale wide() {
            return new Scale(0.99, 32, 32, 135, 0.99, 8, 6);
        }

        /** AugMix's. */
        static Scale ofAugMix(int width, int height) {
            return new Scale(0.3, width / 3.0, height / 3.0, 30, 0.9, 4, 4);
        }
    }

    /** The magnitude at one of {@code bins} places of the scale. */
    double magnitude(Scale scale, int place, int bins) {
        return switch (this) {
            case IDENTITY, AUTO_CONTRAST, EQUALIZE -> 0;
            case SHEAR_X, SHEAR_Y -> between(0, scale.shear, place, bins);
            case TRANSLATE_X -> between(0, scale.moveX, place, bins);
            case TRANSLATE_Y -> between(0, scale.moveY, place, bins);
            case ROTATE -> between(0, scale.turn, place, bins);
            case BRIGHTNESS, COLOR, CONTRAST, SHARPNESS -> between(0, scale.tint, place, bins);
            case POSTERIZE ->
                scale.bits - (int) Math.rint((float) place / (float) ((bins - 1) / (double) scale.bitsLess));
            case SOLARIZE -> between(255, 0, place, bins);
        };
    }

    /** {@code torch.linspace} in 32 bits, which counts from both ends. */
    private static double between(double start, double end, int place, int bins) {
        float a = (float) start, b = (float) end;
        if (bins == 1) return a;
        float step = (b - a) / (bins - 1);
        return place < bins / 2 ? Math.fma(step, place, a) : Math.fma(-step, bins - place - 1, b);
    }

    /** The same with either sign, where the operation knows two directions. */
    double drawn(double magnitude, RandomGenerator random) {
        boolean signed =
                switch (this) {
                    case IDENTITY, POSTERIZE, SOLARIZE, AUTO_CONTRAST, EQUALIZE -> false;
                    default -> true;
                };
        return signed && random.nextBoolean() ? -magnitude : magnitude;
    }

    /** What is done to a picture of this size. */
    List<Step> steps(int width, int height, double by) {
        return switch (this) {
            case IDENTITY -> List.of();
            case SHEAR_X -> List.of(new Step.Slant(width, height, by, 0, 0, 0));
            case SHEAR_Y -> List.of(new Step.Slant(width, height, 0, by, 0, 0));
            case TRANSLATE_X -> List.of(new Step.Slant(width, height, 0, 0, (int) by, 0));
            case TRANSLATE_Y -> List.of(new Step.Slant(width, height, 0, 0, 0, (int) by));
            case ROTATE -> List.of(new Step.Turn(width, height, by, Interpolation.NEAREST));
            case BRIGHTNESS -> List.of(new Step.Tint(1 + by, 1, 1, 0));
            case CONTRAST -> List.of(new Step.Tint(1, 1 + by, 1, 0));
            case COLOR -> List.of(new Step.Tint(1, 1, 1 + by, 0));
            case SHARPNESS -> List.of(new Step.Colours(Tone.SHARPNESS, 1 + by));
            case POSTERIZE -> List.of(new Step.Colours(Tone.POSTERIZE, by));
            case SOLARIZE -> List.of(new Step.Colours(Tone.SOLARIZE, by));
            case AUTO_CONTRAST -> List.of(new Step.Colours(Tone.AUTO_CONTRAST, 0));
            case EQUALIZE -> List.of(new Step.Colours(Tone.EQUALIZE, 0));
        };
    }
}
