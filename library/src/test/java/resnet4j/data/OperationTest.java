package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import resnet4j.config.Records;
import resnet4j.image.Box;
import resnet4j.image.Image;
import resnet4j.image.Step;

class OperationTest {
    private static Image picture() {
        var rgb = new byte[45 * 61 * 3];
        for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) ((i * 37 + 101 + (i >> 5) * (i >> 9)) % 200 + 20);
        return new Image(61, 45, rgb);
    }

    /** augment-operations.tsv: made by scripts/parity/augment_operations.py. */
    @Test
    void everyOperation_equalsTorchvisionsOnPillowImages() throws Exception {
        var picture = picture();
        var wrong = new ArrayList<String>();
        var seen = EnumSet.noneOf(Operation.class);
        String table;
        try (var in = OperationTest.class.getResourceAsStream("augment-operations.tsv")) {
            table = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        for (var line : table.lines().filter(l -> !l.startsWith("#")).toList()) {
            var row = line.split("\t");
            var name = row[1].replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
            var operation = Operation.valueOf(name);
            var scale =
                    switch (row[0]) {
                        case "rand" -> Operation.Scale.ofRandAugment(61, 45);
                        case "wide" -> Operation.Scale.wide();
                        default -> Operation.Scale.ofAugMix(61, 45);
                    };
            double by = operation.magnitude(scale, Integer.parseInt(row[2]), row[0].equals("mix") ? 10 : 31);
            if (by != Double.parseDouble(row[4])) wrong.add(line + ": magnitude " + by);
            var out = Step.all(operation.steps(61, 45, Integer.parseInt(row[3]) * by), picture);
            var digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(out.rgb()));
            if (!digest.startsWith(row[5])) wrong.add(line);
            seen.add(operation);
        }
        assertEquals(List.of(), wrong);
        assertEquals(EnumSet.allOf(Operation.class), seen);
    }

    private static List<Step> draw(Augment augment, long seed) {
        var random = new SplittableRandom(seed);
        return augment.draw(new Augment.Draw(61, 45, 0, 0, random, () -> random));
    }

    @Test
    void policies_drawFromAllOperationsAndAreReadFromRecipes() {
        for (var json : List.of("\"randAugment\"", "\"trivialAugmentWide\"", "\"augMix\"")) {
            var augment = Records.read(json, Augment.class);
            assertEquals(augment, Records.read(Records.tree(augment), Augment.class));
            var kinds = new java.util.HashSet<Class<?>>();
            for (int seed = 0; seed < 300; seed++) {
                var steps = draw(augment, seed);
                steps.forEach(step -> kinds.add(step.getClass()));
                assertArrayEquals(
                        Step.all(steps, picture()).rgb(),
                        Step.all(draw(augment, seed), picture()).rgb());
            }
            assertTrue(kinds.size() == (json.contains("Mix") ? 1 : 4), json + kinds);
        }
        assertEquals(
                "magnitude: expected 0 to 30, got 31",
                assertThrows(IllegalArgumentException.class, () -> new Policy.RandAugment(2, 31, 31))
                        .getMessage()
                        .replace(".0", ""));
    }

    /** By hand: half of 100, a quarter of 200 and a quarter of 40 are 110; 155 inverted from 100 at a threshold of 90. */
    @Test
    void mixture_addsUpByWeights() {
        var one = new Image(1, 1, new byte[] {100, (byte) 200, 40});
        var invert = List.<Step>of(new Step.Colours(resnet4j.image.Tone.SOLARIZE, 90));
        var mixed = new Step.Mixture(0.5, List.of(List.of(), invert), List.of(0.25, 0.25)).on(one);
        assertArrayEquals(new byte[] {113, (byte) 163, 40}, mixed.rgb()); // 75 + 155/4, 150 + 55/4, 30 + 10
    }

    /** By hand: a box 10 to the right, half outside; slanted by 0.5, the lower edge at y = 20 goes 10 to the left. */
    @Test
    void boxes_goWithThePicture() {
        assertEquals(
                new Box(50, 5, 61, 15),
                new Step.Slant(61, 45, 0, 0, 10, 0).on(new Box(40, 5, 55, 15)).orElseThrow());
        assertEquals(
                new Box(10, 10, 25, 20),
                new Step.Slant(61, 45, 0.5, 0, 0, 0).on(new Box(20, 10, 30, 20)).orElseThrow());
    }
}
