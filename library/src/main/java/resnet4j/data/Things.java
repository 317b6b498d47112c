package resnet4j.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import resnet4j.image.Box;
import resnet4j.image.LabelMap;
import resnet4j.image.Point;
import resnet4j.image.Step;
import resnet4j.image.Target;

/** What is in a picture, thing by thing. */
public record Things(List<Thing> things) implements Target<Things> {
    public Things {
        things = List.copyOf(things);
    }

    /**
     * A thing.
     *
     * @param label  index of its class
     * @param box    around what can be seen of it, in the picture's pixels
     * @param mask   as large as the picture: 1 where the thing is, 0 elsewhere and outside
     * @param points of it, in an order that its class knows; a flip moves them and does not exchange left and right
     * @param crowd  whether it stands for many that nobody counted; COCO's iscrowd
     */
    public record Thing(int label, Box box, Optional<LabelMap> mask, List<Point> points, boolean crowd) {
        public Thing {
            points = List.copyOf(points);
        }

        public Thing(int label, Box box) {
            this(label, box, Optional.empty(), List.of(), false);
        }
    }

    /** Those of crowds too. */
    @Override
    public List<Box> boxes() {
        return things.stream().map(Thing::box).toList();
    }

    /** The things of which something is left. A box that is turned or slanted is that around its mask, if it has one. */
    @Override
    public Things after(List<Step> steps) {
        var left = new ArrayList<Thing>();
        for (var thing : things) {
            var box = Optional.of(thing.box);
            var points = thing.points;
            for (var step : steps) {
                box = box.flatMap(step::on);
                points = points.stream().map(step::on).toList();
            }
            var mask = thing.mask.map(m -> m.after(steps));
            if (mask.isPresent() && steps.stream().anyMatch(Things::loosens))
                box = box.flatMap(loose -> mask.get().box().flatMap(loose::intersection));
            if (box.isPresent()) left.add(new Thing(thing.label, box.get(), mask, points, thing.crowd));
        }
        return new Things(left);
    }

    /** Whether the box around the changed box is larger than that around the changed thing. */
    private static boolean loosens(Step step) {
        return step instanceof Step.Turn || step instanceof Step.Slant;
    }
}
