package io.penstock.bench.cold;

import io.penstock.bench.data.RecordSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What to measure: the options of {@code Main} after defaults.
 *
 * @param name of the results
 * @param folder where results go, in a folder of that name
 * @param scratch where the files to read are made
 * @param isKeeping whether they are left there afterwards
 * @param recordSizes sizes of records to measure
 * @param states of the page cache
 * @param profiles of the device
 * @param fileBytes size of the file to read
 * @param profileFileBytes the same on a limited device, which needs hours for what a disk reads in
 *     seconds; 0: whatever suits the device, for forecasts
 * @param profileSizes record sizes to measure on limited devices
 * @param isLarge whether the file is larger than the machine's memory
 * @param tries how often contenders with a choice of parameters try each; 0: they take the first
 * @param rounds how often everything runs
 * @param seconds of one timed run; 0: all are whole epochs
 * @param wholeSeconds after which a run of a whole epoch is cut off
 * @param warmupSeconds for a contender to warm up before a run
 * @param windows R of the window runs: memory for 1/R of the data
 * @param threads that read, in runs of one size of memory, where that is measured
 * @param contenders pattern that names of contenders must match
 * @param extra further contenders of Penstock: name to readahead flags
 * @param python a Python with NumPy
 * @param torchPython a Python with torch; null: none
 * @param seed of all orders
 */
record Settings(
    String name,
    Path folder,
    Path scratch,
    boolean isKeeping,
    List<RecordSize> recordSizes,
    List<State> states,
    List<Profile> profiles,
    long fileBytes,
    long profileFileBytes,
    List<RecordSize> profileSizes,
    boolean isLarge,
    int tries,
    int rounds,
    double seconds,
    double wholeSeconds,
    double warmupSeconds,
    List<Integer> windows,
    List<Integer> threads,
    Pattern contenders,
    Map<String, String> extra,
    String python,
    String torchPython,
    long seed) {}
