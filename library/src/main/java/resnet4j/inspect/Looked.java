package resnet4j.inspect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Labelled;
import resnet4j.data.Skipped;
import resnet4j.image.Decoding;
import resnet4j.inspect.Inspected.Place;
import resnet4j.run.Watcher;

/**
 * All pictures of all splits, each looked at once. A picture is known by its number, which goes on from split to split.
 *
 * @param splits     by name
 * @param names      of the splits, in their order
 * @param starts     the number of each split's first picture, and of one after the last
 * @param prints     null for what could not be read
 * @param unreadable what could not be
 */
record Looked(
        Map<String, Dataset<Label>> splits,
        List<String> names,
        int[] starts,
        List<Fingerprint> prints,
        List<Skipped> unreadable) {
    static Looked at(Map<String, Dataset<Label>> splits, Watcher watcher) {
        var names = List.copyOf(splits.keySet());
        var starts = new int[names.size() + 1];
        for (int s = 0; s < names.size(); s++)
            starts[s + 1] = starts[s] + splits.get(names.get(s)).size();
        var prints = new Fingerprint[starts[names.size()]];
        var reasons = Collections.synchronizedMap(new LinkedHashMap<Integer, Skipped>());
        for (int s = 0; s < names.size(); s++) {
            var pictures = splits.get(names.get(s));
            int start = starts[s];
            IntStream.range(0, pictures.size()).parallel().forEach(i -> {
                try {
                    prints[start + i] = Fingerprint.of(pictures.picture(i).decode(Decoding.UPRIGHT));
                } catch (IOException | IllegalArgumentException e) {
                    reasons.put(start + i, new Skipped(pictures.name(i), e.getMessage()));
                }
                synchronized (watcher) {
                    watcher.add(1);
                }
            });
        }
        var unreadable = reasons.keySet().stream().sorted().map(reasons::get).toList();
        return new Looked(splits, names, starts, Arrays.asList(prints), unreadable);
    }

    int size() {
        return prints.size();
    }

    int split(int picture) {
        int s = 0;
        while (starts[s + 1] <= picture) s++;
        return s;
    }

    Dataset<Label> pictures(int split) {
        return splits.get(names.get(split));
    }

    int label(int picture) {
        int s = split(picture);
        return Labelled.label(pictures(s), picture - starts[s]);
    }

    List<String> classes() {
        return pictures(0).classes();
    }

    Place place(int picture) {
        int s = split(picture), index = picture - starts[s];
        var pictures = pictures(s);
        return new Place(names.get(s), index, pictures.name(index), classes().get(label(picture)));
    }

    /** The numbers of the pictures of a split that can be read. */
    int[] readable(int split) {
        return IntStream.range(starts[split], starts[split + 1])
                .filter(i -> prints.get(i) != null)
                .toArray();
    }

    /** How many pictures of each class a split has, and how many of all cannot be read. */
    Inspected.Split summary(int split) {
        var counts = Labelled.classCounts(pictures(split));
        var classes = new LinkedHashMap<String, Integer>();
        for (int c = 0; c < counts.length; c++) classes.merge(classes().get(c), counts[c], Integer::sum);
        int size = pictures(split).size();
        return new Inspected.Split(names.get(split), size, size - readable(split).length, classes);
    }

    /** Pictures that are unlike the others in a way that can be counted. */
    List<Inspected.Odd> odd() {
        var read = prints.stream().filter(p -> p != null).toList();
        if (read.isEmpty()) return List.of();
        double area = middle(read.stream().mapToDouble(p -> (double) p.width() * p.height()));
        double shape = middle(read.stream().mapToDouble(p -> (double) p.width() / p.height()));
        long grey = read.stream().filter(Fingerprint::grey).count();
        boolean greyIsOdd = grey < 0.02 * read.size();
        var odd = new ArrayList<Inspected.Odd>();
        for (int i = 0; i < size(); i++) {
            var print = prints.get(i);
            if (print == null) continue;
            double own = (double) print.width() * print.height(),
                    stretch = (double) print.width() / print.height() / shape;
            if (print.spread() < 3) odd.add(new Inspected.Odd(place(i), "flat", print.spread()));
            else if (print.mean() < 12) odd.add(new Inspected.Odd(place(i), "dark", print.mean()));
            else if (print.mean() > 243) odd.add(new Inspected.Odd(place(i), "bright", print.mean()));
            if (own < area / 16) odd.add(new Inspected.Odd(place(i), "small", own));
            if (stretch > 4 || stretch < 0.25) odd.add(new Inspected.Odd(place(i), "long", stretch));
            if (print.grey() && greyIsOdd) odd.add(new Inspected.Odd(place(i), "grey", 0));
        }
        return odd;
    }

    private static double middle(DoubleStream values) {
        var sorted = values.sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** Groups of pictures, by what the data says or else by their files' names, that are in two splits or more. */
    List<Inspected.Group> groups() {
        var members = new LinkedHashMap<List<String>, int[]>(); // name and by, to pictures in each split
        for (int s = 0; s < names.size(); s++) {
            var pictures = pictures(s);
            for (int i = 0; i < pictures.size(); i++) {
                var said = pictures.group(i);
                var name = said.isEmpty() ? stem(pictures.name(i)) : said;
                if (name.isEmpty()) continue;
                members.computeIfAbsent(
                                List.of(name, said.isEmpty() ? "their names" : "the data"),
                                key -> new int[names.size()])[s]++;
            }
        }
        var leaks = new ArrayList<Inspected.Group>();
        members.forEach((key, counts) -> {
            var in = IntStream.range(0, counts.length)
                    .filter(s -> counts[s] > 0)
                    .mapToObj(names::get)
                    .toList();
            if (in.size() > 1)
                leaks.add(new Inspected.Group(
                        key.get(0), key.get(1), IntStream.of(counts).sum(), in));
        });
        leaks.sort((a, b) -> b.pictures() - a.pictures());
        return leaks;
    }

    /**
     * What names such as {@code patient012_03.png} begin with, where that has a number of its own: {@code patient012}. Empty for
     * names that only count, and for pictures that are not files.
     */
    static String stem(String name) {
        if (name.indexOf('#') >= 0) return "";
        var file = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        int dot = file.lastIndexOf('.');
        var plain = dot > 0 ? file.substring(0, dot) : file;
        var stem = plain.replaceFirst("[-_. ]+[A-Za-z]{0,8}\\d*$", "");
        return stem.equals(plain) || !stem.matches(".*\\d.*") ? "" : stem;
    }
}
