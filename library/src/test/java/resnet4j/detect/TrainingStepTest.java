package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.model.BackboneConfig;
import resnet4j.nn.Init;

class TrainingStepTest {
    private static final String NAME = "fasterrcnn_resnet50_fpn";

    /** Box 3 is as large as its part inside the second picture; 4 is a crowd, and 5 has no area. */
    private static final String THINGS = """
            {"id": 1, "image_id": 10, "category_id": 3, "bbox": [10, 20, 60.5, 70]},
            {"id": 2, "image_id": 10, "category_id": 7, "bbox": [100, 40, 70, 100]},
            {"id": 3, "image_id": 11, "category_id": 1, "bbox": [5, 5, 80, 125]},
            {"id": 4, "image_id": 11, "category_id": 1, "bbox": [5, 5, 20, 20], "iscrowd": 1},
            {"id": 5, "image_id": 11, "category_id": 1, "bbox": [5, 5, 0, 20]}
            """;

    @TempDir
    Path folder;

    private Path annotations(String things) throws IOException {
        Files.createDirectories(folder.resolve("val"));
        picture("val/a.png", 150, 110);
        picture("val/b.png", 90, 140);
        return Files.writeString(folder.resolve("instances_val.json"), """
                {"images": [{"id": 10, "file_name": "a.png"}, {"id": 11, "file_name": "b.png"}],
                 "categories": [{"id": 1, "name": "a"}, {"id": 3, "name": "b"}, {"id": 7, "name": "c"}],
                 "annotations": [%s]}
                """.formatted(things));
    }

    private void picture(String name, int width, int height) throws IOException {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        long x = width;
        for (int i = 0; i < width * height; i++) {
            int rgb = 0;
            for (int c = 0; c < 3; c++) {
                x = (x * 1103515245 + 12345) % (1L << 31);
                rgb = rgb << 8 | (int) (x >> 16 & 255);
            }
            image.setRGB(i % width, i / width, rgb);
        }
        ImageIO.write(image, "png", folder.resolve(name).toFile());
    }

    private static TrainingStep step(int classes) {
        return new TrainingStep(NAME, classes, 160, 240, 0, 7);
    }

    /** Losses differ by the order of sums; gradients come through 53 norms over small batches, which enlarge that. */
    @ParameterizedTest
    @ValueSource(strings = {"things", "nothing"})
    void step_isTorchvisions(String which) throws IOException {
        var found = step(9).on(annotations(which.equals("things") ? THINGS : ""), List.of(10L, 11L));
        var seen = new HashSet<String>();
        for (var line : golden()) {
            var cells = line.split(",");
            if (!cells[1].equals(which)) continue;
            double expected = Double.parseDouble(cells[3]);
            boolean loss = found.losses().containsKey(cells[2]);
            var value = (loss ? found.losses() : found.gradientNorms()).get(cells[2]);
            assertEquals(expected, value, expected * (loss ? 1e-3 : 1e-2) + 1e-9, cells[2]);
            seen.add(cells[2]);
        }
        assertEquals(seen.size(), found.losses().size() + found.gradientNorms().size());
        assertEquals(
                List.of("loss_box_reg", "loss_classifier", "loss_objectness", "loss_rpn_box_reg"),
                List.copyOf(found.losses().keySet()));
        assertEquals(which.equals("things") ? 1 : 0, found.skipped().size(), found.skipped()::toString);
    }

    private static List<String> golden() throws IOException {
        try (var in = TrainingStepTest.class.getResourceAsStream("steps.csv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    /** As torchvision's card of the published weights says, whose norms are frozen. */
    @Test
    void fasterRcnn_has41755286Parameters() {
        try (var nothing = Init.none();
                var net = new FasterRcnn(BackboneConfig.of("resnet50"), 91)) {
            long norms = net.parameters().entrySet().stream()
                    .filter(e -> e.getKey().matches("backbone\\.body\\..*(bn\\d|downsample\\.1)\\..*"))
                    .mapToLong(e -> e.getValue().elements())
                    .sum();
            assertEquals(41_755_286, net.parameterCount() - norms);
        }
    }

    @Test
    void wrongInput_isASentence() throws IOException {
        var file = annotations(THINGS);
        var unknown = assertThrows(
                IllegalArgumentException.class, () -> new TrainingStep("fasterrcnn_resnet50", 9, 160, 240, 0, 7));
        assertTrue(unknown.getMessage().contains(NAME), unknown.getMessage());
        for (int classes : new int[] {0, 1}) assertThrows(IllegalArgumentException.class, () -> step(classes));
        var few = assertThrows(IllegalArgumentException.class, () -> step(4).on(file, List.of(10L)));
        assertTrue(few.getMessage().contains("category 7"), few.getMessage());
        var image = assertThrows(IllegalArgumentException.class, () -> step(9).on(file, List.of(12L)));
        assertTrue(image.getMessage().contains("no image 12"), image.getMessage());
        var nowhere = assertThrows(IOException.class, () -> step(9).on(folder.resolve("nowhere"), List.of()));
        assertTrue(nowhere.getMessage().contains("nowhere: expected COCO's annotations"), nowhere.getMessage());
        Files.delete(folder.resolve("val/b.png"));
        var gone = assertThrows(IOException.class, () -> step(9).on(folder, List.of(11L)));
        assertTrue(gone.getMessage().contains("b.png"), gone.getMessage());
        var empty = Files.writeString(
                folder.resolve("empty.json"), "{\"images\": [], \"categories\": [], \"annotations\": []}");
        assertThrows(IOException.class, () -> step(9).on(empty, List.of()));
    }
}
