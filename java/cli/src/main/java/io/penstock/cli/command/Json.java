package io.penstock.cli.command;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;

/** Writes one JSON object as one line on stdout. Unknown values are null, never left out. */
public final class Json {
  private static final Gson GSON =
      new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

  private Json() {}

  public static void print(Streams streams, JsonObject object) throws IOException {
    streams.print(GSON.toJson(object) + "\n");
  }

  /** A number; NaN, which JSON lacks, means "not known" and becomes null. */
  public static JsonElement number(double value) {
    return Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
  }

  /** A count; a negative one means "not known" and becomes null. */
  public static JsonElement count(long value) {
    return value >= 0 ? new JsonPrimitive(value) : JsonNull.INSTANCE;
  }
}
