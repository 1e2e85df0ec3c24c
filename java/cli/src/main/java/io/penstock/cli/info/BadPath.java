package io.penstock.cli.info;

import com.google.gson.JsonObject;
import io.penstock.cli.text.OneLine;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A path that {@code info} cannot describe.
 *
 * @param path as typed
 * @param problem the reason
 */
record BadPath(String path, String problem) implements Description {
  @Override
  public JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("path", path);
    object.addProperty("problem", problem);
    return object;
  }

  @Override
  public Map<String, String> toHuman() {
    Map<String, String> fields = new LinkedHashMap<>();
    NAMES.forEach(name -> fields.put(name, "-"));
    fields.put("path", OneLine.of(problem));
    return fields;
  }
}
