package resnet4j.detect;

import java.io.IOException;
import java.util.Map;
import resnet4j.data.DataSource;
import resnet4j.data.Things;
import resnet4j.detect.Method.Detail;
import resnet4j.image.LabelMap;
import resnet4j.model.BackboneConfig;
import resnet4j.model.Models;
import resnet4j.train.Machine;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;

/** What is in a picture, and where: boxes with a class each, and what else the network says of them. */
public record Detect() implements Objective {
    /** {@code {"learn": "detect"}}, and the networks and kinds of data of this package. */
    public static final class Added implements Objective.Addition {
        private static final Map<String, String> PAPERS = Map.of(
                "fasterrcnn", "arXiv:1506.01497",
                "maskrcnn", "arXiv:1703.06870",
                "keypointrcnn", "arXiv:1703.06870",
                "retinanet", "arXiv:1708.02002",
                "fcos", "arXiv:1904.01355");

        @Override
        public void register() {
            Objective.register(Detect.class);
            DetectorConfig.published().forEach(Added::add);
            add("fasterrcnn_resnet18_fpn", small(Detail.NONE));
            add("maskrcnn_resnet18_fpn", small(Detail.MASKS));
            DataSource.register("coco", Things.class, CocoSource::read);
            DataSource.register("coco", LabelMap.class, CocoMaps::read);
            DataSource.register("voc", Things.class, VocSource::read);
            DataSource.register("yolo", Things.class, YoloSource::read);
        }

        private static DetectorConfig small(Detail detail) {
            return new DetectorConfig(
                    new Method.Regions(detail, false), BackboneConfig.of("resnet18"), 256, new Sizes(800, 1333), 91);
        }

        private static void add(String name, DetectorConfig config) {
            var family = name.substring(0, name.indexOf('_'));
            int side = config.sizes().min().get(config.sizes().min().size() - 1);
            Models.register(new Models.Entry(name, family, side, config, PAPERS.get(family)));
        }
    }

    @Override
    public Class<Things> target() {
        return Things.class;
    }

    @Override
    public String headline() {
        return ThingScore.HEADLINE;
    }

    @Override
    public Task<Things> task(Recipe recipe, DataSource<?> data, Machine machine) throws IOException {
        return new DetectionTask(recipe, data.of(Things.class), machine);
    }
}
