package resnet4j.examples;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import resnet4j.Classifier;
import resnet4j.image.Picture;

/** Orders pictures by how alike a network finds them to the first: {@code Alike MODEL PICTURE PICTURE...}. */
public final class Alike {
    private Alike() {}

    private record Found(String picture, double cosine) {}

    public static void main(String... args) throws Exception {
        try (var net = Classifier.load(Path.of(args[0]))) {
            var wanted = net.features(Picture.of(Path.of(args[1])));
            var found = new Found[args.length - 2];
            for (int i = 0; i < found.length; i++)
                found[i] = new Found(args[i + 2], cosine(wanted, net.features(Picture.of(Path.of(args[i + 2])))));
            Arrays.sort(found, Comparator.comparingDouble(f -> -f.cosine));
            for (var f : found) System.out.printf("%.3f %s%n", f.cosine, f.picture);
        }
    }

    private static double cosine(float[] a, float[] b) {
        double ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }
}
