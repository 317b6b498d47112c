package resnet4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import resnet4j.Detector;
import resnet4j.Predictor;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Things;
import resnet4j.detect.Detection;
import resnet4j.detect.DetectorConfig;
import resnet4j.detect.Sizes;
import resnet4j.eval.Timing;
import resnet4j.image.Box;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.Interpolation;
import resnet4j.image.LabelMap;
import resnet4j.image.Picture;
import resnet4j.image.Preprocess;
import resnet4j.image.Resample;
import resnet4j.image.Transforms;
import resnet4j.model.ModelFile;
import resnet4j.nn.Norm;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;
import resnet4j.tensor.Engine;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.train.Recipe;
import resnet4j.train.Trainer;

/**
 * How long a detector takes for a picture, or for a step of training on two, with torchvision's starting weights of seed 0;
 * {@code bench/python/detect.py} measures torchvision on the same, and prints the same line.
 */
public final class Detect {
    private static final int THINGS = 4, BATCH = 2;

    private Detect() {}

    /** Measures and prints. @param args NAME PICTURE WIDTH HEIGHT fp32|bf16 infer|train SECONDS THREADS */
    public static void main(String[] args) throws IOException {
        int width = Integer.parseInt(args[2]), height = Integer.parseInt(args[3]);
        double seconds = Double.parseDouble(args[6]);
        Engine.threads(Integer.parseInt(args[7]));
        var photo = Resample.resize(ImageFile.read(Path.of(args[1])), width, height, Interpolation.BILINEAR);
        var published = DetectorConfig.published().get(args[0]);
        var config = published
                .withBackbone(published.backbone().withNorm(Norm.BATCH))
                .withSizes(new Sizes(Math.min(width, height), Math.max(width, height)));
        var precision = Precision.parse(args[4]);
        Ops.seed(0);
        List<Detection> found = List.of();
        Timing timing;
        if (args[5].equals("infer")) {
            var names = IntStream.range(0, config.classes())
                    .mapToObj(Integer::toString)
                    .toList();
            var file = new ModelFile(args[0], config, Preprocess.none(), names, Map.of(), "", Map.of());
            var options = new Predictor.Options().withPrecision(precision);
            try (var detector = new Detector(
                    new ModelFile.Opened(file, config.net()), options, Optional.empty(), Optional.empty())) {
                found = detector.predict(photo);
                timing = Timing.of(seconds, () -> detector.predict(photo));
            }
        } else timing = steps(args[0], config, photo, precision, seconds);
        System.out.printf(
                Locale.ROOT,
                "%s %dx%d %s %s: median %.1f ms of %d, peak %d MiB, %d things, %.4f%n",
                args[0],
                width,
                height,
                args[4],
                args[5],
                timing.medianMillis(),
                timing.runs(),
                Timing.peakRssBytes() >> 20,
                found.size(),
                found.stream().mapToDouble(Detection::score).sum());
    }

    private static Timing steps(String name, DetectorConfig config, Image photo, Precision precision, double seconds)
            throws IOException {
        var recipe = Records.overlay(new Recipe(), Records.parse("""
                {"learn": "detect", "model": "%s", "architecture": %s, "validation": 0, "batch": %d, "epochs": 1,
                 "preprocess": {"resize": "none", "cropWidth": 0, "cropHeight": 0}, "precision": "%s",
                 "optimizer": {"type": "sgd", "lr": 1e-9}, "schedule": "constant"}
                """.formatted(
                        name, Records.line(config), BATCH, precision.name().toLowerCase(Locale.ROOT))));
        var times = new ArrayList<Long>();
        long start = System.nanoTime();
        var log = new Trainer.Log() {
            @Override
            public void step(Line.Step step) {
                times.add(System.nanoTime());
            }
        };
        var options = new Trainer.Options(
                Device.CPU, 1, 1e9, () -> times.size() > 4 && System.nanoTime() - start > 1e9 * seconds);
        var source = new DataSource<>("photo", new Photos(photo), Optional.empty(), Optional.empty());
        var run = RunFolder.create(Files.createTempDirectory("resnet4j-bench").resolve("run"));
        try (var trainer = new Trainer(recipe, source, run, options, log)) {
            trainer.train();
        }
        return new Timing(IntStream.range(2, times.size())
                .mapToLong(i -> times.get(i) - times.get(i - 1))
                .toArray());
    }

    /** The same picture again and again, every second time mirrored, with a thing in each quarter. */
    private record Photos(Image photo) implements Dataset<Things> {
        @Override
        public int size() {
            return 10_000;
        }

        @Override
        public Picture picture(int index) {
            return how -> index % 2 == 0 ? photo : Transforms.flip(photo);
        }

        @Override
        public Things target(int index) {
            int w = photo.width(), h = photo.height();
            var all = new ArrayList<Things.Thing>();
            for (int i = 0; i < THINGS; i++) {
                int left = w / 8 + i % 2 * (w / 2), top = h / 8 + i / 2 * (h / 2);
                var mask = new byte[w * h];
                for (int y = top; y < top + h / 4; y++) for (int x = left; x < left + w / 4; x++) mask[y * w + x] = 1;
                var box = new Box(left, top, left + w / 4, top + h / 4);
                all.add(new Things.Thing(0, box, Optional.of(new LabelMap(w, h, mask, 0)), List.of(), false));
            }
            return new Things(all);
        }

        @Override
        public List<String> classes() {
            return IntStream.range(0, 90).mapToObj(Integer::toString).toList();
        }

        @Override
        public String name(int index) {
            return "photo";
        }

        @Override
        public String digest() {
            return "photo";
        }
    }
}
