package resnet4j.measure;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import resnet4j.config.Records;
import resnet4j.detect.DetectionNet;
import resnet4j.graph.Costs;
import resnet4j.graph.Tracer;
import resnet4j.model.Answer;
import resnet4j.model.ModelFile;
import resnet4j.report.Amounts;
import resnet4j.report.Block;
import resnet4j.report.RunReport;
import resnet4j.report.Section;
import resnet4j.run.Build;
import resnet4j.tensor.Engine;

/**
 * What a network is, on one card: for whom it is to be used, what it costs, where it comes from.
 *
 * @param speed of one picture at a time, where that was measured
 */
record ModelCard(ModelFile.Opened opened, Report.Told told, Optional<Speed> speed, Report report) {
    private static final int LISTED = 20;

    private ModelFile file() {
        return opened.file();
    }

    /** What stands on one line under the numbers. */
    Section facts() {
        var facts = new LinkedHashMap<String, String>();
        facts.put("Parameters", Amounts.count(opened.net().parameterCount()));
        costs().ifPresent(costs -> facts.put("Multiply-adds", Amounts.compact(costs.macs()) + " per picture"));
        speed.ifPresent(s -> facts.put("One picture", millis(s.medianMillis())));
        facts.put("Pictures", Amounts.count(told.pictures().pictures().size()));
        facts.put("Device", report.device() + ", " + report.precision().name().toLowerCase(Locale.ROOT));
        return Section.of(new Block.Facts(facts));
    }

    Section section() {
        var card = new LinkedHashMap<String, String>();
        card.put("What it does", does());
        card.put("Network", file().model() + ", " + Amounts.count(opened.net().parameterCount()) + " parameters.");
        card.put("Input", input());
        card.put("Trained on", trained());
        card.put(
                "Measured on",
                told.pictures().words() + ": "
                        + Amounts.pictures(told.pictures().pictures().size()) + ".");
        card.put("How good", told.score().words() + ".");
        card.putAll(told.card());
        card.put(
                "Limits",
                "All numbers are of pictures like those that it was measured on. Nothing here says how right it is on"
                        + " pictures of another source, or of things that it has no name for: it names one of its own"
                        + " all the same.");
        return new Section("Model card", "", List.of(new Block.Terms(card)));
    }

    private String does() {
        boolean things = opened.net() instanceof DetectionNet;
        var all = file().classNames();
        var names = things ? all.subList(1, all.size()) : all; // but for the background, which is never found
        var some = String.join(", ", names.subList(0, Math.min(LISTED, names.size())))
                + (names.size() > LISTED ? " and " + Amounts.count(names.size() - LISTED) + " more" : "");
        if (file().architecture().perPixel()) return "Says what each pixel of a picture shows: " + some + ".";
        if (things) return "Finds things in pictures: " + some + ".";
        if (file().answer() instanceof Answer.Classes)
            return "Names one of " + Amounts.count(names.size()) + " classes of a picture: " + some + ".";
        return "Says of a picture: " + some + ".";
    }

    private String input() {
        var p = file().preprocess();
        var size = p.cropWidth() == 0
                ? "whole pictures of any size"
                : "pictures of " + p.cropWidth() + " by " + p.cropHeight() + " pixels, made from others by the"
                        + " preprocessing that the model file holds";
        return "Colour: " + size + ".";
    }

    private String trained() {
        var from = file().provenance();
        if (from.containsKey("data"))
            return from.get("data") + (from.containsKey("epoch") ? ", to epoch " + from.get("epoch") : "")
                    + (from.containsKey("seed") ? ", from seed " + from.get("seed") : "") + ".";
        return "The weight file does not say"
                + (from.containsKey("weights") ? ": " + fileName(from.get("weights")) : "") + ".";
    }

    private static String fileName(String path) {
        return path.substring(path.replace('\\', '/').lastIndexOf('/') + 1);
    }

    Section cost() {
        var costs = new LinkedHashMap<String, String>();
        long parameters = opened.net().parameterCount();
        costs.put("Parameters", Amounts.count(parameters));
        costs.put("Weights", String.format(Locale.ROOT, "%.1f MB in 32-bit floats", parameters * 4 / 1e6));
        costs().ifPresent(c -> {
            costs.put("Multiply-adds", Amounts.compact(c.macs()) + " per picture");
            costs.put(
                    "Activations",
                    String.format(Locale.ROOT, "%.1f MB at most at one time", c.peakActivationBytes() / 1e6));
        });
        speed.ifPresent(s -> {
            costs.put("One picture", millis(s.medianMillis()) + " (median), " + millis(s.p99Millis()) + " (99 of 100)");
            costs.put("Pictures a second", String.format(Locale.ROOT, "%.1f, one at a time", s.imagesPerSecond()));
            costs.put(
                    "Most memory",
                    String.format(
                            Locale.ROOT, "%.0f MB, of the process that made this report", s.peakRssBytes() / 1e6));
        });
        costs.put(
                "Measured with",
                report.device() + ", " + report.precision().name().toLowerCase(Locale.ROOT) + ", " + Engine.threads()
                        + " threads, " + Engine.cpuCapability());
        return new Section(
                "Speed and cost",
                "Times are from normalised pixels in memory to the answer, without reading picture files.",
                List.of(new Block.Terms(costs)));
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, millis < 10 ? "%.2f ms" : "%.0f ms", millis);
    }

    private Optional<Costs> costs() {
        var p = file().preprocess();
        if (p.cropHeight() == 0 || opened.net() instanceof DetectionNet) return Optional.empty();
        return Optional.of(Costs.of(Tracer.trace(opened.net(), 1, 3, p.cropHeight(), p.cropWidth())));
    }

    /** Recipe and provenance. */
    List<Section> origin() throws IOException {
        Map<String, String> from = new LinkedHashMap<>();
        file().provenance().forEach((name, value) -> from.put(name, name.equals("weights") ? fileName(value) : value));
        from.put("measured on (digest)", told.pictures().pictures().digest());
        Build.facts().forEach((name, value) -> from.put("report by " + name, value));
        from.put("report with libtorch", Engine.version());
        from.put("report with Java", System.getProperty("java.version"));
        return RunReport.origin(Records.parse(file().recipe().isEmpty() ? "{}" : file().recipe()), from);
    }
}
