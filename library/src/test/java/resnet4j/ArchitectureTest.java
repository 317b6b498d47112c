package resnet4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The package order is the table of docs/architecture.md, read from there, so that neither can change alone. */
class ArchitectureTest {
    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| (?:root )?`(\\w+)` \\|.*");
    private static final Map<String, Integer> RANKS = new HashMap<>();
    private static final int MOST_LINES = 350, MOST_LINES_OF_A_COMMAND = 90;
    private static JavaClasses classes;

    @BeforeAll
    static void readTableAndClasses() throws IOException {
        for (String line : Files.readAllLines(Path.of("../docs/architecture.md"))) {
            var row = ROW.matcher(line);
            if (row.matches()) RANKS.put(row.group(2), Integer.parseInt(row.group(1)));
        }
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importUrl(Predictor.class.getProtectionDomain().getCodeSource().getLocation());
    }

    @Test
    void everyPackage_hasARank() {
        assertTrue(RANKS.size() > 10, () -> "expected the table of docs/architecture.md, got " + RANKS);
        assertTrue(classes.size() > 50, () -> "expected the library's classes, got " + classes.size());
        assertEquals(
                List.of(),
                classes.stream()
                        .map(c -> part(c.getPackageName()))
                        .distinct()
                        .filter(part -> !RANKS.containsKey(part))
                        .toList());
    }

    @Test
    void imports_goDownwardOnly() {
        assertNone(d -> {
            String from = part(d.getOriginClass().getPackageName());
            String to = part(d.getTargetClass().getPackageName());
            return RANKS.containsKey(to) && !from.equals(to) && RANKS.get(to) >= RANKS.getOrDefault(from, 0);
        });
    }

    @Test
    void onlyTensor_knowsLibtorchAndOneDnn() {
        for (var engine : List.of("org.bytedeco.pytorch", "org.bytedeco.dnnl"))
            assertNone(d -> isIn(engine, d.getTargetClass()) && !isIn("resnet4j.tensor", d.getOriginClass()));
    }

    @Test
    void onlyImage_knowsOpenCv() {
        assertNone(d -> isIn("org.bytedeco.opencv", d.getTargetClass()) && !isIn("resnet4j.image", d.getOriginClass()));
    }

    /** OpenCV's classes inherit from JavaCPP's, so that both show up where the former are called. */
    @Test
    void onlyTensorAndImage_knowJavaCpp() {
        assertNone(d -> isIn("org.bytedeco.javacpp", d.getTargetClass())
                && !d.getOriginClass().getName().equals("resnet4j.files.Natives") // unpacks what JavaCPP loads
                && !isIn("resnet4j.tensor", d.getOriginClass())
                && !isIn("resnet4j.image", d.getOriginClass()));
    }

    /** Whichever class of ours is used first, the natives are whole before one of JavaCPP's classes loads them. */
    @Test
    void everyDoorToLibtorch_seesToTheNativesFirst() {
        var doors = classes.stream()
                .filter(c -> isIn("resnet4j.tensor", c)
                        && c.getModifiers().contains(JavaModifier.PUBLIC)
                        && c.getEnclosingClass().isEmpty()
                        && !c.isRecord() // a value, part of options that are made before anything runs
                        && c.getDirectDependenciesFromSelf().stream()
                                .anyMatch(d -> isIn("org.bytedeco", d.getTargetClass())))
                .toList();
        assertTrue(doors.size() > 5, doors::toString);
        assertEquals(
                List.of(),
                doors.stream()
                        .filter(c -> c.getStaticInitializer().stream()
                                .flatMap(init -> init.getMethodCallsFromSelf().stream())
                                .noneMatch(call -> List.of("ready", "unpack").contains(call.getName())))
                        .map(JavaClass::getName)
                        .toList());
    }

    /** What is true of an operation is said by its record, and what an engine makes of it by the engine's table. */
    @Test
    void operationsAreToldApart_inOneOtherClassAtMost() {
        var askers = classes.stream()
                .filter(c -> !isIn("resnet4j.tensor", c)
                        && c.getInstanceofChecks().stream()
                                .anyMatch(check -> check.getRawType().isAssignableTo("resnet4j.tensor.Op")))
                .map(JavaClass::getName)
                .toList();
        assertTrue(askers.size() <= 1, askers::toString);
    }

    /** What is longer is two things. */
    @Test
    void noClass_isLongerThanItIsReadInOneSitting() throws IOException {
        assertEquals(
                List.of(),
                sources("src/main/java").stream()
                        .filter(file -> lines(file) > MOST_LINES)
                        .map(file -> file + ": " + lines(file) + " lines")
                        .toList());
    }

    /** A command parses, makes one record, makes one call and prints; what it does is the library's. */
    @Test
    void commands_areShort() throws IOException {
        var commands = sources("../resnet4j-cli/src/main/java").stream()
                .filter(file -> file.toString().endsWith("Command.java")
                        && !file.getFileName().toString().equals("Command.java"))
                .toList();
        double mean =
                commands.stream().mapToLong(ArchitectureTest::lines).average().orElseThrow();
        assertTrue(mean <= MOST_LINES_OF_A_COMMAND, () -> "on average " + mean + " lines: " + commands);
    }

    @Test
    void everyPackage_saysWhatItIsFor() throws IOException {
        for (var module : List.of("src/main/java", "../resnet4j-cli/src/main/java"))
            for (var file : sources(module))
                assertTrue(
                        Files.exists(file.resolveSibling("package-info.java")),
                        () -> file.getParent() + ": expected a package-info.java, found none");
    }

    private static List<Path> sources(String folder) throws IOException {
        try (var files = Files.walk(Path.of(folder))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }

    private static long lines(Path file) {
        try (var lines = Files.lines(file)) {
            return lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isIn(String packageName, JavaClass c) {
        return (c.getPackageName() + ".").startsWith(packageName + ".");
    }

    private static void assertNone(Predicate<Dependency> forbidden) {
        assertEquals(
                List.of(),
                classes.stream()
                        .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
                        .filter(forbidden)
                        .map(Dependency::getDescription)
                        .limit(5)
                        .toList());
    }

    /** {@code nn} of {@code resnet4j.nn} and below, {@code resnet4j} of the root, a name without rank for others. */
    private static String part(String packageName) {
        if (packageName.equals("resnet4j")) return "resnet4j";
        return packageName.startsWith("resnet4j.") ? packageName.split("\\.")[1] : packageName;
    }
}
