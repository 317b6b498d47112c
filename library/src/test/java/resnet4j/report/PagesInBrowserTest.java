package resnet4j.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.measure.Report;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;
import resnet4j.train.Runs;
import resnet4j.train.Trainer;

/**
 * Pages as a browser shows them: nothing in the console, nothing asked of a network, nothing that axe-core finds, nothing
 * wider than the window. {@code scripts/pages.sh} installs what this needs and runs it.
 */
@Tag("slow")
class PagesInBrowserTest {
    /** Where the photographs stay, to be looked at. */
    private static final Path PHOTOGRAPHS = Path.of("target", "pages");

    private static String axe;
    private static Browser browser;

    @TempDir
    static Path folder;

    @BeforeAll
    static void start() throws Exception {
        var program = Browser.program();
        var script = Optional.ofNullable(System.getProperty("axe")).map(Path::of);
        assumeTrue(program.isPresent(), "no chromium on the PATH: pages were NOT looked at; run scripts/pages.sh");
        assumeTrue(
                script.isPresent() && Files.exists(script.get()),
                "no axe-core (-Daxe=axe.min.js): pages were NOT looked at; run scripts/pages.sh");
        axe = Files.readString(script.get());
        browser = new Browser(program.get(), Files.createDirectories(folder.resolve("profile")));
        Files.createDirectories(PHOTOGRAPHS);
        sample("ten", SampleRun.CIFAR, 32);
        sample("two", List.of("normal", "<b>pneumonia & co"), 300);
        sample("hundred", SampleRun.numbered("a class of flowers", 100), 64);
        sample("thousand", SampleRun.numbered("synset", 1000), 0);
        report();
    }

    private static void sample(String name, List<String> classes, int size) throws IOException {
        var at = Files.createDirectories(folder.resolve(name));
        SampleRun.write(at, 30, 0.92);
        var evaluation = SampleRun.evaluation(classes, 4000, 5, List.of());
        RunReport.write(
                new RunFolder(at),
                SampleRun.summary("resnet20", name),
                evaluation,
                ClassSections.of(evaluation, size == 0 ? List.of() : SampleRun.pictures(evaluation, size)));
    }

    private static void report() throws IOException {
        var run = new RunFolder(folder.resolve("run"));
        var recipe =
                Runs.recipe("data=\"shapes:200\"", "preprocess.resize={\"type\":\"exact\",\"width\":8,\"height\":8}");
        DataSource<Label> data = DataSource.parse("shapes:200");
        var options = new Trainer.Options(Device.CPU, 1, 1e9, () -> false);
        try (var trainer = new Trainer(recipe, data, run, options, new Trainer.Log() {})) {
            trainer.train();
        }
        Files.createDirectories(folder.resolve("report"));
        Report.of(run).write(folder.resolve("report").resolve("report.html"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) browser.close();
    }

    @ParameterizedTest
    @CsvSource({
        "report, 390, light",
        "report, 390, dark",
        "report, 1280, light",
        "report, 1280, dark",
        "ten, 390, light",
        "ten, 390, dark",
        "ten, 1280, light",
        "ten, 1280, dark",
        "two, 390, light",
        "two, 390, dark",
        "two, 1280, light",
        "two, 1280, dark",
        "hundred, 390, light",
        "hundred, 390, dark",
        "hundred, 1280, light",
        "hundred, 1280, dark",
        "thousand, 390, light",
        "thousand, 1280, dark",
        "report, 794, print", // A4
    })
    void page_isQuietFitsAndIsOpenToAll(String name, int width, String scheme) throws Exception {
        browser.open(folder.resolve(name).resolve("report.html"), width, scheme);
        browser.photograph(PHOTOGRAPHS.resolve(name + "-" + width + "-" + scheme + ".png"));
        assertEquals(
                width, browser.value("document.documentElement.scrollWidth").asInt(), "nothing is wider");
        browser.value(axe + "; true");
        var found = new ArrayList<String>();
        for (var violation : browser.value("axe.run(document).then(r => r.violations.map(v => ({id: v.id, help: v.help,"
                + " nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + ' ' + n.failureSummary)})))"))
            found.add(violation.toString());
        assertEquals(List.of(), found);
        assertEquals(List.of(), browser.faults());
    }

    @Test
    void contents_areReachedByKeyboard() throws Exception {
        browser.open(folder.resolve("report").resolve("report.html"), 1280, "light");
        browser.press("Tab");
        assertEquals("A", browser.value("document.activeElement.tagName").asText());
        var seen = new ArrayList<String>();
        for (int i = 0; i < 60; i++) {
            seen.add(browser.value(
                            "document.activeElement.tagName + ' ' + document.activeElement.textContent.slice(0, 20)")
                    .asText());
            browser.press("Tab");
        }
        assertTrue(seen.contains("A Confusion"), seen::toString);
        assertTrue(
                seen.stream().anyMatch(element -> element.startsWith("DIV")), seen::toString); // a table that scrolls
    }
}
