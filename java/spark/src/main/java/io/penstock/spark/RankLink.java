package io.penstock.spark;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.jspecify.annotations.Nullable;

/**
 * Connections of all ranks to rank 0, over which they gather bytes.
 *
 * <p>Spark's own {@code allGather} looks whether the answer is there once a second: nothing for
 * gradients. So ranks use it once, to tell each other where rank 0 listens, and then send what they
 * gather to it, which sends all of it back. A rank that waits looks every second whether its task
 * was killed; one whose peer is gone fails. Of one thread.
 */
final class RankLink implements AutoCloseable {
  private static final int POLL_MILLIS = 1000;
  private static final int CONNECT_MILLIS = 30_000;
  private static final int BUFFER_BYTES = 1 << 16;

  /** Of one rank at a time: megabytes, not data sets. */
  private static final int MOST_BYTES = 1 << 30;

  private final BarrierTaskContext barrier;
  private final int rank;
  private final int worldSize;
  private final List<RankPeer> peers = new ArrayList<>();

  /** A connection: of rank 0 one to each other rank in their order, of these the one to rank 0. */
  private record RankPeer(Socket socket, DataInputStream in, DataOutputStream out) {
    static RankPeer of(Socket socket) throws IOException {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(POLL_MILLIS);
      return new RankPeer(
          socket,
          new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES)),
          new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES)));
    }
  }

  private RankLink(BarrierTaskContext barrier) {
    this.barrier = barrier;
    this.rank = barrier.partitionId();
    this.worldSize = barrier.getTaskInfos().length;
  }

  /** Connects all ranks; each of them must call it. */
  static RankLink open(BarrierTaskContext barrier) {
    RankLink link = new RankLink(barrier);
    try {
      link.connect();
      return link;
    } catch (IOException e) {
      link.close();
      throw link.lost(e);
    } catch (RuntimeException | Error e) {
      link.close();
      throw e;
    }
  }

  private void connect() throws IOException {
    if (rank > 0) {
      String[] place = barrier.allGather("")[0].split(" ", -1);
      Socket socket = new Socket();
      socket.connect(new InetSocketAddress(place[0], Integer.parseInt(place[1])), CONNECT_MILLIS);
      RankPeer peer = RankPeer.of(socket);
      peers.add(peer);
      peer.out.writeUTF(place[2]);
      peer.out.writeInt(rank);
      peer.out.flush();
      return;
    }
    // Whoever does not know the word, which only tasks of this job do, is not let in.
    String word = UUID.randomUUID().toString();
    String host = SparkEnv.get().blockManager().blockManagerId().host();
    try (ServerSocket server = new ServerSocket()) {
      server.bind(null, worldSize);
      server.setSoTimeout(POLL_MILLIS);
      barrier.allGather("%s %d %s".formatted(host, server.getLocalPort(), word));
      @Nullable RankPeer[] found = new RankPeer[worldSize];
      int missing = worldSize - 1;
      while (missing > 0) {
        RankPeer peer = accept(server, word, found);
        missing -= peer == null ? 0 : 1;
      }
      for (int other = 1; other < worldSize; other++) {
        peers.add(Objects.requireNonNull(found[other], "rank"));
      }
    }
  }

  /** Lets one rank in; null if nobody came, or somebody else. */
  private @Nullable RankPeer accept(ServerSocket server, String word, @Nullable RankPeer[] found)
      throws IOException {
    Socket socket;
    try {
      socket = server.accept();
    } catch (SocketTimeoutException e) {
      checkKilled();
      return null;
    }
    try {
      RankPeer peer = RankPeer.of(socket);
      String said = peer.in.readUTF();
      int other = peer.in.readInt();
      if (said.equals(word) && other > 0 && other < worldSize && found[other] == null) {
        found[other] = peer;
        return peer;
      }
    } catch (IOException e) {
      socket.close();
      return null;
    }
    socket.close();
    return null;
  }

  private void checkKilled() {
    if (barrier.isInterrupted()) {
      throw new PenstockException(ErrorKind.INTERRUPTED, "the task of a rank was killed");
    }
  }

  private PenstockException lost(IOException e) {
    return new PenstockException(
        ErrorKind.NO_ANSWER,
        "rank %d: expected an answer of another rank, found that the connection is lost (%s): its failure is another message"
            .formatted(rank, e),
        e);
  }

  /**
   * Gathers bytes of all ranks; each of them must call it.
   *
   * @return those of each rank, in the order of the ranks
   */
  byte[][] gather(byte[] own) {
    try {
      byte[][] all = new byte[worldSize][];
      if (rank > 0) {
        RankPeer first = peers.getFirst();
        send(first, own);
        first.out.flush();
        for (int i = 0; i < worldSize; i++) {
          all[i] = receive(first);
        }
        return all;
      }
      all[0] = own;
      for (int other = 1; other < worldSize; other++) {
        all[other] = receive(peers.get(other - 1));
      }
      for (RankPeer peer : peers) {
        for (byte[] part : all) {
          send(peer, part);
        }
        peer.out.flush();
      }
      return all;
    } catch (IOException e) {
      throw lost(e);
    }
  }

  private static void send(RankPeer peer, byte[] bytes) throws IOException {
    peer.out.writeInt(bytes.length);
    peer.out.write(bytes);
  }

  private byte[] receive(RankPeer peer) throws IOException {
    byte[] length = new byte[Integer.BYTES];
    read(peer, length);
    int count = Entries.getInt(length, 0);
    if (count < 0 || count > MOST_BYTES) {
      throw new IOException("a length of " + count);
    }
    byte[] bytes = new byte[count];
    read(peer, bytes);
    return bytes;
  }

  /** Waits for as long as it takes, unless the task is killed or the other side is gone. */
  private void read(RankPeer peer, byte[] bytes) throws IOException {
    int done = 0;
    while (done < bytes.length) {
      try {
        int count = peer.in.read(bytes, done, bytes.length - done);
        if (count < 0) {
          throw new IOException("closed by the other side");
        }
        done += count;
      } catch (SocketTimeoutException e) {
        checkKilled();
      }
    }
  }

  @Override
  public void close() {
    peers.forEach(
        peer -> {
          boolean _ = closeQuietly(peer.socket);
        });
  }

  /** It is given up; what went wrong with it is told where it was used. */
  private static boolean closeQuietly(Socket socket) {
    try {
      socket.close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
