package io.penstock.spark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.master.Master;
import org.apache.spark.deploy.worker.Worker;
import org.apache.spark.rpc.RpcEnv;
import scala.Option;

/**
 * A cluster of two workers of one core, which are two hosts: loopback addresses of this machine.
 * Spark never runs a second attempt of a task on the host of the first, so that a {@code
 * local-cluster}, which has one host, never runs one at all.
 */
final class TwoHosts implements AutoCloseable {
  private static final String MASTER = "127.0.0.1";
  private static final List<String> WORKERS = List.of("127.0.0.2", "127.0.0.3");
  private static final int MEBIBYTES = 1024;

  private final List<RpcEnv> nodes = new ArrayList<>();
  private final String url;

  TwoHosts(Path folder) {
    SparkConf conf =
        new SparkConf(false)
            .set("spark.master.rest.enabled", "false")
            .set("spark.shuffle.service.enabled", "false");
    RpcEnv master = Master.startRpcEnvAndEndpoint(MASTER, 0, 0, conf)._1();
    nodes.add(master);
    url = master.address().toSparkURL();
    for (String host : WORKERS) {
      nodes.add(
          Worker.startRpcEnvAndEndpoint(
              host,
              0,
              0,
              1,
              MEBIBYTES,
              new String[] {url},
              folder.resolve(host).toString(),
              Option.apply(nodes.size()),
              conf,
              Option.empty()));
    }
  }

  /** What a session names as its master. */
  String url() {
    return url;
  }

  @Override
  public void close() {
    for (RpcEnv node : nodes.reversed()) {
      node.shutdown();
      node.awaitTermination();
    }
  }
}
