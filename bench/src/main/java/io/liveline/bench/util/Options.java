package io.liveline.bench.util;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Options of the command line: names of scenarios, and {@code --key=value}. */
public record Options(List<String> scenarios, Map<String, String> values) {

    public static Options of(String... arguments) {
        List<String> scenarios = new ArrayList<>();
        Map<String, String> values = new HashMap<>();
        for (String argument : arguments) {
            if (argument.startsWith("--")) {
                String[] pair = argument.substring(2).split("=", 2);
                values.put(pair[0], pair.length == 2 ? pair[1] : "true");
            } else {
                scenarios.add(argument);
            }
        }
        return new Options(List.copyOf(scenarios), Map.copyOf(values));
    }

    public String text(String key, String otherwise) {
        return values.getOrDefault(key, otherwise);
    }

    public int number(String key, int otherwise) {
        return values.containsKey(key) ? Integer.parseInt(values.get(key)) : otherwise;
    }
}
