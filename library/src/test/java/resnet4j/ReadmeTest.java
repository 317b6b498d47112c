package resnet4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.image.Image;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;

/** The README's example in Java is compiled and run as it stands. */
class ReadmeTest {
    @Test
    void javaExample_printsTheFiveLikeliestClasses(@TempDir Path folder) throws Exception {
        var block = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(readme()));
        assertTrue(block.find(), "README.md has an example in Java");
        var source = """
                import java.nio.file.Path;
                import resnet4j.Classifier;
                import resnet4j.image.Image;

                public class Example {
                    public static void run(Path path, Image image) throws Exception {
                        %s
                    }
                }
                """.formatted(block.group(1));
        var problems = new DiagnosticCollector<JavaFileObject>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        var options = List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"));
        assertTrue(
                compiler.getTask(null, null, problems, options, null, List.of(file(source)))
                        .call(),
                () -> problems.getDiagnostics() + source);

        var model = folder.resolve("model.safetensors");
        try (var net = Models.create("resnet20", 10)) {
            var names = IntStream.range(0, 10).mapToObj(i -> "class" + i).toList();
            var preprocess = Models.get("resnet20").preprocess();
            new ModelFile("resnet20", net.architecture(), preprocess, names, Map.of(), "", Map.of()).save(model, net);
        }
        var printed = new ByteArrayOutputStream();
        var out = System.out;
        System.setOut(new PrintStream(printed, true));
        try (var classes = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            classes.loadClass("Example")
                    .getMethod("run", Path.class, Image.class)
                    .invoke(null, model, new Image(32, 32, new byte[32 * 32 * 3]));
        } finally {
            System.setOut(out);
        }
        var lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(5, lines.size(), lines::toString);
        for (var line : lines) assertTrue(line.matches("class\\d [0-9.E-]+"), line);
    }

    @Test
    void linksOfTheDocuments_leadToFiles() throws IOException {
        var root = readme().getParent();
        var documents =
                new ArrayList<>(List.of(readme(), root.resolve("CONTRIBUTING.md"), root.resolve("CHANGELOG.md")));
        try (var docs = Files.list(root.resolve("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
        }
        int found = 0;
        for (var document : documents) {
            var link = Pattern.compile("\\]\\((?!https?:)([^)#]+)[^)]*\\)|src=\"([^\"]+)\"")
                    .matcher(Files.readString(document));
            for (; link.find(); found++) {
                var target = link.group(1) == null ? link.group(2) : link.group(1);
                assertTrue(Files.exists(document.resolveSibling(target)), document.getFileName() + ": " + target);
            }
        }
        assertTrue(found > 10, "links: " + found);
    }

    private static JavaFileObject file(String source) {
        return new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
    }

    /** At the root of the repository: here, or above where the build runs a module's tests. */
    private static Path readme() throws IOException {
        for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent())
            if (Files.exists(folder.resolve("README.md"))) return folder.resolve("README.md");
        throw new IOException("README.md: expected above " + Path.of("").toAbsolutePath() + ", found none");
    }
}
