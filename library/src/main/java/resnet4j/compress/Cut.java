package resnet4j.compress;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import resnet4j.graph.Graph;

/**
 * A graph, and what is cut from it.
 *
 * @param gone units by {@link Groups.Unit#index}
 */
public record Cut(Groups groups, BitSet gone) {
    public Cut {
        gone = (BitSet) gone.clone();
    }

    /** What is left; its smaller weights belong to the innermost scope. */
    public Graph graph() {
        return groups.without(gone);
    }

    /** How many units are left of each group, by its name. */
    public Map<String, Integer> widths() {
        var widths = new LinkedHashMap<String, Integer>();
        for (var group : groups.groups())
            widths.put(group.name(), (int) group.units().stream()
                    .filter(unit -> !gone.get(unit.index()))
                    .count());
        return widths;
    }
}
