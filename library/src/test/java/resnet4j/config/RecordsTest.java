package resnet4j.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordsTest {
    sealed interface Schedule {
        record Constant() implements Schedule {}

        record Cosine(double warmup) implements Schedule {}

        record MultiStep(List<Integer> at, double factor) implements Schedule {
            public MultiStep {
                at = List.copyOf(at);
                if (factor <= 0) throw new IllegalArgumentException("factor: expected more than 0, got " + factor);
            }
        }
    }

    enum Layout {
        CHANNELS_LAST,
        CONTIGUOUS
    }

    record Sgd(double momentum, boolean nesterov) {
        Sgd() {
            this(0.9, false);
        }
    }

    record Recipe(
            String name,
            int epochs,
            Schedule schedule,
            Sgd optim,
            Layout layout,
            Optional<Double> clip,
            Map<String, Long> sizes,
            List<Schedule> all) {
        Recipe {
            if (epochs < 1) throw new IllegalArgumentException("epochs: expected at least 1, got " + epochs);
            if (all.size() > 3) throw new IllegalArgumentException("a recipe takes three schedules at most");
        }
    }

    private static final Recipe RECIPE = new Recipe(
            "first",
            5,
            new Schedule.MultiStep(List.of(2, 4), 0.1),
            new Sgd(0.8, true),
            Layout.CHANNELS_LAST,
            Optional.empty(),
            Map.of("train", 50_000L),
            List.of(new Schedule.Constant(), new Schedule.Cosine(0.05)));

    @Test
    void write_givesFieldsInOrderWithTheTypeFirst() {
        assertEquals("""
                {
                  "name": "first",
                  "epochs": 5,
                  "schedule": {
                    "type": "multiStep",
                    "at": [ 2, 4 ],
                    "factor": 0.1
                  },
                  "optim": {
                    "momentum": 0.8,
                    "nesterov": true
                  },
                  "layout": "channelsLast",
                  "sizes": {
                    "train": 50000
                  },
                  "all": [ "constant", {
                    "type": "cosine",
                    "warmup": 0.05
                  } ]
                }""", Records.write(RECIPE));
    }

    @Test
    void read_givesBackWhatWasWritten() {
        assertEquals(RECIPE, Records.read(Records.write(RECIPE), Recipe.class));
        assertEquals(RECIPE, Records.read(Records.line(RECIPE), Recipe.class));
        Schedule cosine = new Schedule.Cosine(0.5);
        assertEquals("{\"type\":\"cosine\",\"warmup\":0.5}", Records.line(cosine));
        assertEquals(cosine, Records.read(Records.line(cosine), Schedule.class));
        assertEquals(cosine, Records.read(Records.line(cosine), Schedule.Cosine.class));
    }

    record Numbers(int i, long l, float f, double d, Double boxed, double[] array, String text) {}

    @Property(tries = 200)
    void numbersAndStrings_returnToTheBit(
            @ForAll int i,
            @ForAll long l,
            @ForAll float f,
            @ForAll double d,
            @ForAll double[] array,
            @ForAll String s) {
        var back = Records.read(Records.line(new Numbers(i, l, f, d, null, array, s)), Numbers.class);
        assertEquals(new Numbers(i, l, f, d, null, back.array, s), back);
        assertArrayEquals(array, back.array);
    }

    @Test
    void numbersThatAreNotFinite_returnToo() {
        var numbers = new Numbers(1, 2, Float.NEGATIVE_INFINITY, Double.NaN, Double.POSITIVE_INFINITY, null, null);
        assertEquals(numbers, Records.read(Records.write(numbers), Numbers.class));
    }

    @Test
    void read_acceptsAnObjectForARecordWithoutFields() {
        assertEquals(new Schedule.Constant(), Records.read("{\"type\":\"constant\"}", Schedule.class));
        assertEquals(new Schedule.Constant(), Records.read("\"constant\"", Schedule.class));
    }

    @Test
    void read_takesMissingFieldsFromTheConstructorWithoutParameters() {
        assertEquals(new Sgd(0.9, true), Records.read("{\"nesterov\":true}", Sgd.class));
    }

    @Test
    void overlay_changesOnlyWhatIsGiven() {
        var changed = Records.overlay(RECIPE, Records.parse("""
                {"epochs": 7, "optim": {"nesterov": false}, "schedule": {"factor": 0.2}, "sizes": {"val": 5}}"""));
        assertEquals(7, changed.epochs);
        assertEquals(new Sgd(0.8, false), changed.optim);
        assertEquals(new Schedule.MultiStep(List.of(2, 4), 0.2), changed.schedule);
        assertEquals(Map.of("train", 50_000L, "val", 5L), changed.sizes);
        assertEquals(RECIPE.all, changed.all);
        assertEquals(RECIPE, Records.overlay(RECIPE, Records.parse("{}")));
    }

    @Test
    void overlay_dropsTheFieldsOfAnotherType() {
        var changed = Records.overlay(RECIPE, Records.parse("{\"schedule\": {\"type\": \"cosine\", \"warmup\": 1}}"));
        assertEquals(new Schedule.Cosine(1), changed.schedule);
        assertEquals(
                "schedule: the field 'warmup' (a number) is missing; cosine has type, warmup.",
                error(() -> Records.overlay(RECIPE, Records.parse("{\"schedule\": \"cosine\"}"))));
    }

    @Test
    void overlay_mayTakeASealedInterfaceItself() {
        Schedule base = new Schedule.Constant();
        assertEquals(
                new Schedule.Cosine(2), Records.overlay(base, Records.parse("{\"type\":\"cosine\",\"warmup\":2}")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "epochs=9 | {\"epochs\":9}",
                "optim.momentum = 0.5 | {\"optim\":{\"momentum\":0.5}}",
                "name=a=b | {\"name\":\"a=b\"}",
                "schedule=constant | {\"schedule\":\"constant\"}",
                "schedule.at.1=3 | {\"schedule\":{\"at\":{\"1\":3}}}",
                "sizes={\"val\":1} | {\"sizes\":{\"val\":1}}"
            })
    void set_addsOneChange(String assignment, String changes) {
        assertEquals(Records.parse(changes), Records.set(Records.parse("{}"), assignment));
    }

    @Test
    void set_buildsOnEarlierChanges() {
        JsonNode changes = Records.parse("{}");
        for (String set :
                List.of("schedule=cosine", "schedule.warmup=3", "all=[\"constant\"]", "all.0=cosine", "all.0.warmup=4"))
            changes = Records.set(changes, set);
        assertEquals(
                "{\"schedule\":{\"type\":\"cosine\",\"warmup\":3},\"all\":[{\"type\":\"cosine\",\"warmup\":4}]}",
                changes.toString());
        var changed = Records.overlay(RECIPE, changes);
        assertEquals(new Schedule.Cosine(3), changed.schedule);
        assertEquals(List.of(new Schedule.Cosine(4)), changed.all);
    }

    @Test
    void set_reachesItemsOfTheBaseList() {
        var changed = Records.overlay(RECIPE, Records.set(Records.parse("{}"), "all.1.warmup=0.5"));
        assertEquals(List.of(new Schedule.Constant(), new Schedule.Cosine(0.5)), changed.all);
    }

    @Test
    void set_rejectsWhatIsNotAnAssignment() {
        for (String wrong : List.of("epochs", "=3", "a..b=1"))
            assertThrows(IllegalArgumentException.class, () -> Records.set(Records.parse("{}"), wrong), wrong);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "epoch=3 | epoch: unknown field. Did you mean 'epochs'? Known: name, epochs, schedule, optim, layout, clip, sizes, all.",
                "optim.nesterow=true | optim.nesterow: unknown field. Did you mean 'nesterov'? Known: momentum, nesterov.",
                "schedule=cosin | schedule: unknown type 'cosin'. Did you mean 'cosine'? Known: constant, cosine, multiStep.",
                "layout=nchw | layout: unknown value 'nchw'. Known: channelsLast, contiguous.",
                "epochs=many | epochs: expected a whole number, got \"many\".",
                "epochs=1.5 | epochs: expected a whole number of 32 bits, got 1.5.",
                "epochs=3000000000 | epochs: expected a whole number of 32 bits, got 3000000000.",
                "optim.nesterov=1 | optim.nesterov: expected true or false, got 1.",
                "optim.momentum=high | optim.momentum: expected a number, got \"high\".",
                "optim=sgd | optim: expected an object (sgd), got \"sgd\".",
                "schedule.at=3 | schedule.at: expected a list, got 3.",
                "schedule.at.7=3 | schedule.at: expected a list index from 0 to 2, got '7'.",
                "schedule.at=[1,\"x\"] | schedule.at[1]: expected a whole number, got \"x\".",
                "schedule=3 | schedule: expected one of constant, cosine, multiStep, got 3.",
                "schedule.factor=0 | schedule.factor: expected more than 0, got 0.0",
                "epochs=0 | epochs: expected at least 1, got 0",
                "all=[\"constant\",\"constant\",\"constant\",\"constant\"] | a recipe takes three schedules at most",
                "schedule.at=null | schedule: expected a value for every field of multiStep, got at = null.",
            })
    void overlay_saysWhatIsWrongAndWhere(String assignment, String sentence) {
        assertEquals(sentence, error(() -> Records.overlay(RECIPE, Records.set(Records.parse("{}"), assignment))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"warmup\":1} | the field 'type' is missing; expected one of constant, cosine, multiStep.",
                "{\"type\":\"cosine\"} | the field 'warmup' (a number) is missing; cosine has type, warmup.",
                "{\"type\":\"constant\",\"x\":1} | x: unknown field. Known: type.",
                "{\"type\":3} | type: expected one of constant, cosine, multiStep, got 3.",
            })
    void read_saysWhatIsWrongAndWhere(String json, String sentence) {
        assertEquals(sentence, error(() -> Records.read(json, Schedule.class)));
    }

    @Test
    void parse_rejectsWhatIsNotOneJsonValue() {
        assertEquals("expected JSON, got an empty text", error(() -> Records.parse(" ")));
        assertThrows(IllegalArgumentException.class, () -> Records.parse("{\"a\":1,\"a\":2}"));
        assertThrows(IllegalArgumentException.class, () -> Records.parse("{} {}"));
        assertThrows(IllegalArgumentException.class, () -> Records.parse("[".repeat(100_000)));
    }

    @Test
    void parse_namesTheFileAndTheLine(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("recipe.json"), "{\n  epochs: 3\n}");
        String sentence = assertThrows(IllegalArgumentException.class, () -> Records.parse(file))
                .getMessage();
        assertEquals(
                file + ": line 2, column 3: expected JSON, got: ", sentence.substring(0, sentence.indexOf("Unexp")));
    }

    private static String error(Runnable run) {
        return assertThrows(IllegalArgumentException.class, run::run).getMessage();
    }

    @Test
    void aByteOrderMark_isNoPartOfTheJson() {
        assertEquals(Records.parse("{\"a\":1}"), Records.parse("\uFEFF{\"a\":1}"));
        assertEquals(Records.parse("[2]"), Records.parse("\uFEFF [2]"));
    }

    private interface Open {}

    private record One() implements Open {}

    private static final class Elsewhere {
        private record One() implements Open {}
    }

    @Test
    void twoRecordsOfOneName_areNotChoicesOfOneInterface() {
        Records.permit(Open.class, One.class);
        Records.permit(Open.class, One.class); // once more is no other
        var e = assertThrows(IllegalArgumentException.class, () -> Records.permit(Open.class, Elsewhere.One.class));
        assertEquals("choice: expected a new name, but one is " + One.class.getName(), e.getMessage());
        assertEquals(new One(), Records.read(Records.parse("\"one\""), Open.class));
    }
}
