package io.penstock.internal.format.pickle;

import io.penstock.error.PenstockException;
import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.kind.FileKind;

/**
 * Arrays in pickles of protocols 0 to 5. They are read in place; a pickle is never executed.
 *
 * <p>A pickle is a program for a small machine, and loading one runs it. Here its opcodes are
 * followed only as far as it takes to find where the bytes of arrays are: payloads are skipped,
 * names of classes and functions are compared with the few that NumPy and joblib write, and nothing
 * that a pickle names is ever called, imported or built.
 *
 * <p>A file may hold several pickles, one after another. What follows the last one is ignored, as
 * Python ignores it.
 */
public final class PickleFormat implements ArrayFormat {
  private static final String NAME = "pickle";
  private static final int PROTOCOL = 0x80;
  private static final int STOP = '.';

  /** How pickles of protocols 0 and 1 start: a mark, an empty list or dictionary, or a name. */
  private static final String OLD_STARTS = "(]}c";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean recognizes(byte[] start, OpenFile file) {
    if (start.length < 2) {
      return false;
    }
    if ((start[0] & 0xff) == PROTOCOL) {
      return start[1] >= 2 && start[1] <= PickleTokens.NEWEST_PROTOCOL;
    }
    // Protocols 0 and 1 have no magic number, but end with a stop.
    return OLD_STARTS.indexOf(start[0]) >= 0 && isPickle(file);
  }

  @Override
  public Contents read(OpenFile file) {
    FileKind.of(file.start(FileKind.START_BYTES), file.sizeBytes())
        .filter(kind -> kind.content() == FileKind.Content.MODEL)
        .ifPresent(
            kind -> {
              throw file.problem(
                  "expected a file of arrays, found %s: %s".formatted(kind.name(), kind.remedy()));
            });
    try {
      return contents(file);
    } catch (PenstockException e) {
      throw isPickle(file) ? e : orRaw(file, e);
    }
  }

  /**
   * The arrays of a pickle that is a part of a file of another format.
   *
   * @param file the whole file
   * @param offset where the pickle begins
   * @param bytes its size
   * @param what names the part in messages
   * @param format of the file
   * @param storages bytes in the file that the pickle names
   */
  public static Contents inside(
      OpenFile file, long offset, long bytes, String what, String format, PickleStorages storages) {
    // From the beginning of the file on, so that all offsets are those of the file.
    PickleTokens tokens = new PickleTokens(file.section(what, 0, offset + bytes));
    tokens.moveTo(offset);
    PickleMachine machine = new PickleMachine(tokens, new PickleLimits(), storages);
    return new PickleArrays(file, machine.run(), format);
  }

  /** Every pickle ends with a stop; two bytes at the start may be anything. */
  private static boolean isPickle(OpenFile file) {
    return file.read(file.sizeBytes() - 1, 1, "the last byte")[0] == STOP;
  }

  private static PenstockException orRaw(OpenFile file, PenstockException e) {
    String message =
        "%s; if these are raw elements and no pickle, say what they are, as in %s#raw:uint16"
            .formatted(e.getMessage(), file.path().getFileName());
    return e.again(message);
  }

  private static Contents contents(OpenFile file) {
    PickleTokens tokens = new PickleTokens(file);
    PickleMachine machine = new PickleMachine(tokens, new PickleLimits(), PickleStorages.NONE);
    PickleValue first = machine.run();
    if (!isAtPickle(tokens)) {
      return new PickleArrays(file, first, NAME);
    }
    PickleHolder all = PickleHolder.list();
    machine.append(all, first);
    do {
      machine.append(all, machine.run());
    } while (isAtPickle(tokens));
    return new PickleArrays(file, all, NAME);
  }

  private static boolean isAtPickle(PickleTokens tokens) {
    if (tokens.remaining() < 2) {
      return false;
    }
    byte[] start = tokens.bytes(tokens.position(), 2);
    return (start[0] & 0xff) == PROTOCOL
        ? start[1] >= 2 && start[1] <= PickleTokens.NEWEST_PROTOCOL
        : OLD_STARTS.indexOf(start[0]) >= 0;
  }
}
