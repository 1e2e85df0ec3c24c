package io.penstock.cli.command;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;

/** Writes one JSON object as one line on stdout. What is not known is null, never left out. */
public final class Json {
  private static final Gson GSON =
      new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

  private Json() {}

  public static void print(Streams streams, JsonObject object) throws IOException {
    streams.print(GSON.toJson(object) + "\n");
  }

  /** A number; JSON has no NaN, which stands for "not known" here. */
  public static JsonElement number(double value) {
    return Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
  }

  /** A count; a negative one stands for "not known". */
  public static JsonElement count(long value) {
    return value >= 0 ? new JsonPrimitive(value) : JsonNull.INSTANCE;
  }
}
