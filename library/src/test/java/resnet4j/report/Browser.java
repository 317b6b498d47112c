package resnet4j.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import resnet4j.config.Records;

/** A headless Chromium with one tab, spoken to by its DevTools protocol. */
final class Browser implements AutoCloseable {
    private static final int SECONDS = 60;

    private final Process process;
    private final WebSocket socket;
    private final BlockingQueue<JsonNode> heard = new LinkedBlockingQueue<>();
    private final List<String> faults = new ArrayList<>();
    private int calls;
    private URI page = URI.create("about:blank");

    /** The program, if it is installed. */
    static Optional<Path> program() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    Browser(Path program, Path profile) throws Exception {
        process = new ProcessBuilder(
                        program.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--hide-scrollbars",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(profile.resolveSibling("chromium.log").toFile())
                .start();
        var port = profile.resolve("DevToolsActivePort");
        for (int i = 0; i < 10 * SECONDS && (!Files.exists(port) || Files.size(port) == 0); i++) Thread.sleep(100);
        var http = HttpClient.newHttpClient();
        var root = "http://127.0.0.1:" + Files.readAllLines(port).get(0);
        var tabs = http.send(
                HttpRequest.newBuilder(URI.create(root + "/json/list")).build(), HttpResponse.BodyHandlers.ofString());
        JsonNode tab = null;
        for (var one : Records.parse(tabs.body())) if (one.get("type").asText().equals("page")) tab = one;
        socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(tab.get("webSocketDebuggerUrl").asText()), new Listener())
                .get(SECONDS, TimeUnit.SECONDS);
        for (var domain : List.of("Page", "Runtime", "Log", "Network")) call(domain + ".enable", Map.of());
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                heard.add(Records.parse(text.toString()));
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }

    /** Asks the tab for something, and hears what it says meanwhile. */
    private JsonNode call(String method, Map<String, ?> parameters) throws Exception {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        message.put("id", ++calls).put("method", method).set("params", Records.tree(parameters));
        socket.sendText(message.toString(), true).get(SECONDS, TimeUnit.SECONDS);
        return until(answer -> answer.path("id").asInt() == calls);
    }

    private interface Awaited {
        boolean is(JsonNode message);
    }

    private JsonNode until(Awaited awaited) throws Exception {
        while (true) {
            var message = heard.poll(SECONDS, TimeUnit.SECONDS);
            if (message == null) throw new IOException("the browser said nothing for " + SECONDS + " seconds");
            note(message);
            if (!awaited.is(message)) continue;
            if (message.has("error")) throw new IOException(message.get("error").toString());
            return message;
        }
    }

    private void note(JsonNode message) {
        var said = message.path("params");
        switch (message.path("method").asText()) {
            case "Runtime.exceptionThrown" -> faults.add(said.toString());
            case "Runtime.consoleAPICalled" -> {
                if (said.get("type").asText().matches("error|assert|warning")) faults.add(said.toString());
            }
            case "Log.entryAdded" -> {
                if (said.get("entry").get("level").asText().matches("error|warning")) faults.add(said.toString());
            }
            case "Network.requestWillBeSent" -> {
                var url = said.get("request").get("url").asText();
                if (!url.startsWith("data:") && !url.equals(page.toString()) && !url.equals("about:blank"))
                    faults.add("request of " + url);
            }
            default -> {}
        }
    }

    /** Opens a page, and waits until it is there. @param scheme light, dark, or print: as on paper, of one who has dark screens */
    void open(Path file, int width, String scheme) throws Exception {
        faults.clear();
        page = file.toAbsolutePath().toUri();
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
        boolean print = scheme.equals("print");
        call(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "media",
                        print ? "print" : "screen",
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", print ? "dark" : scheme))));
        call(
                "Page.navigate",
                Map.of("url", page.toString().replace("file:/", "file:///").replace("file:////", "file:///")));
        until(message -> message.path("method").asText().equals("Page.loadEventFired"));
    }

    /** What went wrong since the page was opened: errors and warnings of the console, and all requests. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    /** The value of an expression, which may be a promise. */
    JsonNode value(String expression) throws Exception {
        var answer =
                call("Runtime.evaluate", Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
        var result = answer.get("result");
        if (result.has("exceptionDetails"))
            throw new IOException(result.get("exceptionDetails").toString());
        return result.get("result").path("value");
    }

    void press(String key) throws Exception {
        for (var type : List.of("keyDown", "keyUp"))
            call("Input.dispatchKeyEvent", Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", 9));
    }

    /** Photographs the whole page. */
    void photograph(Path png) throws Exception {
        var size = call("Page.getLayoutMetrics", Map.of()).get("result").get("cssContentSize");
        var clip = Map.of(
                "x", 0,
                "y", 0,
                "width", size.get("width").asInt(),
                "height", Math.min(12_000, size.get("height").asInt()),
                "scale", 1);
        var shot = call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true, "clip", clip));
        Files.write(
                png, Base64.getDecoder().decode(shot.get("result").get("data").asText()));
    }

    @Override
    public void close() throws Exception {
        socket.abort();
        process.destroy();
        process.waitFor(SECONDS, TimeUnit.SECONDS);
    }
}
