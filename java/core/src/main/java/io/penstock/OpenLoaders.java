package io.penstock;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The loaders of a dataset that are open. It refers to what they hold open, not to the loaders: one
 * that is forgotten has to become unreachable. Thread-safe.
 */
final class OpenLoaders {
  private final Set<LoaderCore> open = ConcurrentHashMap.newKeySet();

  void add(LoaderCore loader) {
    open.add(loader);
  }

  void remove(LoaderCore loader) {
    open.remove(loader);
  }

  /**
   * Refuses to be closed by what a loader itself calls.
   *
   * @throws IllegalStateException if the current thread must not close one of them
   */
  void checkMayClose() {
    open.forEach(LoaderCore::checkMayCloseWithOwner);
  }

  /**
   * Closes all of them, also where one of them cannot be closed now.
   *
   * @throws IllegalStateException as {@link Loader#close}; with what other loaders threw suppressed
   */
  void close() {
    RuntimeException failure = null;
    for (LoaderCore loader : open) {
      try {
        loader.closeWithOwner();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
