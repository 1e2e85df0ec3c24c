import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderStatistics;
import io.penstock.format.Source;
import io.penstock.images.Images;
import io.penstock.transform.Transforms;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/** One epoch of the images in a tar archive, decoded, cropped and normalized: ARCHIVE THREADS. */
public class ImageEpoch {
  private static final double[] MEAN = {0.485, 0.456, 0.406};
  private static final double[] DEVIATION = {0.229, 0.224, 0.225};

  public static void main(String[] arguments) {
    Path archive = Path.of(arguments[0]);
    int threads = Integer.parseInt(arguments[1]);
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    var heap = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Dataset dataset = Dataset.builder().column("jpg", Source.of(archive).part("jpg")).open();
        Loader loader =
            dataset
                .loader()
                .batchSize(64)
                .seed(7)
                .memoryBytes(1L << 30)
                .transformThreads(threads)
                .transform(
                    Images.decode("jpg")
                        .to("pixels")
                        .randomResizedCrop(224, 224)
                        .randomFlip()
                        .normalize(MEAN, DEVIATION)
                        .transform())
                .transform(Transforms.drop("jpg"))
                .build()) {
      long cpu = system.getProcessCpuTime();
      long start = System.nanoTime();
      long half = dataset.recordCount() / 2;
      long garbage = 0;
      long counted = 0;
      long count = 0;
      double sum = 0;
      for (Batch batch : loader.epoch(0)) {
        if (garbage == 0 && count >= half) {
          garbage = heap.getTotalThreadAllocatedBytes();
          counted = count;
        }
        count += batch.size();
        sum += batch.floats("pixels").get(0);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      LoaderStatistics statistics = loader.statistics();
      double idle = statistics.time().transformIdle().toNanos() / 1e9;
      System.out.printf(
          "Penstock, %d threads: %d images in %.1f s, %.0f images/s, cpu %.2f ms/image, waiting for"
              + " data %.2f %%, heap %d B/image (sum %.3f); %s%n",
          threads,
          count,
          seconds,
          count / seconds,
          (system.getProcessCpuTime() - cpu) / 1e6 / count,
          100 * idle / (threads * seconds),
          (heap.getTotalThreadAllocatedBytes() - garbage) / (count - counted),
          sum,
          loader.reason());
    }
  }
}
