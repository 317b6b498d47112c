package resnet4j.detect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;
import resnet4j.export.ExportCheck;
import resnet4j.export.OnnxModel;
import resnet4j.image.Image;
import resnet4j.report.Words;
import resnet4j.tensor.Device;

/**
 * How far an exported detector's answers are from its own.
 *
 * @param images how many there were
 * @param things found in them by the detector
 * @param theirs found in them by the file
 * @param same   of the detector's, those that the file finds with the same class, every side within 0.01 pixels and a score
 *               within 0.001
 * @param pixels the share of pixels of the same things' masks that are the same; 1 where there are none
 */
public record OnnxDetectorCheck(int images, int things, int theirs, int same, double pixels) implements ExportCheck {
    private static final double NEAR = 0.01, SURE = 1e-3;
    private static final double ENOUGH = 0.95; // what is as sure as the least score, or overlaps as much as may be

    static OnnxDetectorCheck of(DetectionNet net, Path file, List<Image> pictures, Limits limits) throws IOException {
        int things = 0, found = 0, same = 0;
        long pixels = 0, equal = 0;
        try (var model = OnnxModel.openTrusted(file, 1)) {
            for (var picture : pictures) {
                var ours = net.detect(List.of(picture), limits, Device.CPU).get(0);
                var theirs = Answers.of(model, picture);
                things += ours.size();
                found += theirs.scores.length;
                for (var one : ours) {
                    int at = theirs.find(one);
                    if (at < 0) continue;
                    same++;
                    if (one.mask().isEmpty()) continue;
                    var mask = one.mask().get().labels();
                    pixels += mask.length;
                    for (int i = 0; i < mask.length; i++)
                        if (mask[i] == theirs.masks.get(at * mask.length + i)) equal++;
                }
            }
        }
        double share = pixels == 0 ? 1 : (double) equal / pixels;
        return new OnnxDetectorCheck(pictures.size(), things, found, same, share);
    }

    /** @param masks one after the other; empty where the file says none */
    private record Answers(float[] boxes, long[] labels, float[] scores, ByteBuffer masks) {
        static Answers of(OnnxModel model, Image picture) {
            var shape = List.of(1L, (long) picture.height(), (long) picture.width(), 3L);
            var pixels = new HostTensor(DType.U8, shape, ByteBuffer.wrap(picture.rgb()));
            var out = model.run(Map.of(OnnxSteps.PICTURE, pixels));
            var masks = out.get(OnnxSteps.MASKS);
            return new Answers(
                    floats(out.get(OnnxSteps.BOXES)),
                    longs(out.get(OnnxSteps.LABELS)),
                    floats(out.get(OnnxSteps.SCORES)),
                    masks == null ? ByteBuffer.allocate(0) : masks.data());
        }

        private static float[] floats(HostTensor tensor) {
            var all = new float[(int) tensor.elements()];
            tensor.data().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(all);
            return all;
        }

        private static long[] longs(HostTensor tensor) {
            var all = new long[(int) tensor.elements()];
            tensor.data().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(all);
            return all;
        }

        /** The same thing, or -1. */
        int find(Detection ours) {
            var box = ours.box();
            double[] sides = {box.x1(), box.y1(), box.x2(), box.y2()};
            for (int i = 0; i < scores.length; i++) {
                double away = 0;
                for (int side = 0; side < 4; side++) away = Math.max(away, Math.abs(sides[side] - boxes[4 * i + side]));
                if (labels[i] == ours.label() && away <= NEAR && Math.abs(scores[i] - ours.score()) <= SURE) return i;
            }
            return -1;
        }
    }

    @Override
    public boolean passed(boolean eightBits) {
        return same >= ENOUGH * Math.max(things, theirs) && pixels >= 0.999;
    }

    @Override
    public String words() {
        return String.format(
                Locale.ROOT,
                "%s: %d of %s found by both, within 0.01 pixels and with the same class%s",
                Words.count(images, "image"),
                same,
                Words.count(Math.max(things, theirs), "thing"),
                pixels < 1
                        ? String.format(Locale.ROOT, "; %.4f %% of their masks' pixels the same", 100 * pixels)
                        : "");
    }
}
