package resnet4j.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import resnet4j.report.Chart;
import resnet4j.report.Page;
import resnet4j.report.Section;
import resnet4j.report.Words;

/** A search as a page: accuracy against each number that was drawn, a series for each rung; then all trials. */
record SearchPage(Search search, List<Search.Result> results) {
    Page report() {
        var charts = new ArrayList<Chart>();
        search.space().forEach((path, values) -> {
            if (values.edges().stream().allMatch(JsonNode::isNumber)) charts.add(chart(path, values));
        });
        var columns = new ArrayList<>(List.of("Trial", "#Epochs", "#Validation top-1"));
        for (var path : search.space().keySet()) columns.add("#" + path);
        columns.add("");
        var section = new Section(
                "Trials",
                "Best first among those that were trained as long. Accuracy is on the validation split; no test picture"
                        + " was looked at.",
                charts,
                columns,
                search.ranking(results).stream().map(this::row).toList());
        var base = search.base();
        return new Page("Search for a recipe", base.model(), "on " + base.data(), List.of(section));
    }

    private List<String> row(Search.Result r) {
        var row = new ArrayList<>(List.of("" + r.trial(), "" + r.epochs(), Tuned.percent(r.top1(), "%.2f%%")));
        for (var path : search.space().keySet()) row.add(Tuned.shown(r.fields().get(path)));
        row.add(r.failure().orElse(""));
        return row;
    }

    private Chart chart(String path, Space values) {
        var series = new ArrayList<Chart.Series>();
        for (int i = 0; i < search.rungs().size(); i++) {
            int rung = i;
            series.add(new Chart.Series(
                    Words.count(search.rungs().get(i), "epoch"),
                    Chart.Mark.POINTS,
                    results.stream()
                            .filter(r -> r.rung() == rung && r.failure().isEmpty())
                            .map(r -> new Chart.Point(r.fields().get(path).asDouble(), r.top1()))
                            .toList()));
        }
        var axis = Chart.Axis.of(path);
        return new Chart(
                path,
                values instanceof Space.LogUniform ? axis.logarithmic() : axis,
                Chart.Axis.of("Validation top-1").inPercent(),
                series);
    }
}
