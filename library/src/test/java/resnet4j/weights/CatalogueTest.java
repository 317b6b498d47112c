package resnet4j.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.files.Download;
import resnet4j.image.Interpolation;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;

class CatalogueTest {
    /** torchvision 0.19: ResNet50_Weights.IMAGENET1K_V2. */
    @Test
    void find_givesWhatTorchvisionPublishes() {
        Catalogue.Entry entry = Catalogue.find("resnet50.tv_in1k_v2");
        assertEquals("resnet50", entry.model());
        assertEquals(
                "https://download.pytorch.org/models/resnet50-11ad3fa6.pth",
                entry.url().toString());
        assertEquals("resnet50-11ad3fa6.pth", entry.fileName());
        assertEquals("11ad3fa6", entry.sha256());
        assertEquals(97.79, entry.mebibytes());
        assertEquals(25557032, entry.parameters());
        assertEquals(4.089, entry.gflops());
        assertEquals(Map.of("top1", 0.80858, "top5", 0.95434), entry.metrics());
        assertEquals(
                Preprocess.of(new Resize.ShortSide(232), 224),
                entry.preprocess().orElseThrow());
        assertEquals("imagenet-1k", entry.classes());
    }

    @Test
    void find_knowsOtherPreprocessing() {
        Preprocess bicubic = Catalogue.find("resnet50.a1_in1k").preprocess().orElseThrow();
        assertEquals(Interpolation.BICUBIC, bicubic.interpolation());
        Preprocess half =
                Catalogue.find("efficientnet_v2_l.tv_in1k_v1").preprocess().orElseThrow();
        assertEquals(List.of(0.5, 0.5, 0.5), half.mean());
    }

    @Test
    void find_suggestsTheNearestId() {
        var e = assertThrows(IllegalArgumentException.class, () -> Catalogue.find("resnet50.tv_in1k_v3"));
        assertTrue(e.getMessage().contains("resnet50.tv_in1k_v"), e.getMessage());
    }

    @Test
    void of_givesTheSetsOfOneModel() {
        assertEquals(
                List.of("resnet18.tv_in1k_v1", "resnet18.a1_in1k"),
                Catalogue.of("resnet18").stream().map(Catalogue.Entry::id).toList());
        assertEquals(List.of(), Catalogue.of("no such model"));
    }

    @Test
    void all_isConsistent() {
        var ids = new HashSet<String>();
        for (var entry : Catalogue.all()) {
            assertTrue(ids.add(entry.id()), entry.id() + " is there twice");
            assertTrue(entry.fileName().contains(entry.sha256()), "publishers put the checksum into the name");
            assertTrue(entry.sha256().matches("[0-9a-f]{8,10}"), entry.id());
            assertEquals("https", entry.url().getScheme());
            assertTrue(entry.metrics().values().stream().allMatch(m -> m > 0 && m < 1), entry.id());
            assertEquals(
                    entry.task().equals("classification"), entry.preprocess().isPresent());
            if (entry.source().startsWith("timm")) {
                var same = Catalogue.find(entry.model() + ".tv_in1k_v1");
                assertEquals(same.parameters(), entry.parameters());
                assertEquals(same.gflops(), entry.gflops());
            }
        }
        assertEquals(144, ids.size());
    }

    /** torchvision 0.25's {@code _COCO_CATEGORIES} and its like; CIFAR-10's are those of {@code batches.meta.txt}. */
    @Test
    void everyEntry_namesItsClasses() {
        assertEquals(
                "sheep",
                Catalogue.find("fcn_resnet50.tv_coco_voc_v1").classNames().get(17));
        assertEquals(
                "sheep",
                Catalogue.find("maskrcnn_resnet50_fpn.tv_coco_v1").classNames().get(20));
        assertEquals("tench", Catalogue.find("resnet50.a1_in1k").classNames().get(0));
        assertEquals(
                "truck",
                Catalogue.find("resnet56.akamaster_cifar10").classNames().get(9));
        var sizes =
                Map.of("imagenet-1k", 1000, "cifar-10", 10, "coco-91", 91, "coco-person-keypoints", 2, "voc-21", 21);
        for (var entry : Catalogue.all())
            assertEquals(sizes.get(entry.classes()), entry.classNames().size(), entry.id());
        assertThrows(IllegalArgumentException.class, () -> ClassList.named("imagenet-22k"));
    }

    @Test
    void file_takesFilesAndLocalStores(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("my.pth"), new byte[1]);
        assertEquals(file, Catalogue.file(file.toString(), null, Download.Progress.NONE));
        Path stored = Files.write(folder.resolve("resnet50-11ad3fa6.pth"), new byte[1]);
        assertEquals(stored, Catalogue.file("resnet50.tv_in1k_v2", folder, Download.Progress.NONE));
        assertThrows(IllegalArgumentException.class, () -> Catalogue.file("no.such", folder, Download.Progress.NONE));
    }
}
