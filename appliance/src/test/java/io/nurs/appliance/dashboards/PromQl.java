package io.nurs.appliance.dashboards;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As much of Prometheus's language as it takes to see what an expression asks for. */
final class PromQl {
    private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'");
    /** Labels of a selector, ranges, and labels that are grouped by: no names of metrics there. */
    private static final Pattern ASIDE = Pattern.compile("\\{[^}]*}|\\[[^]]*]"
            + "|\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)|\\boffset\\s+\\S+");

    private static final Pattern NAME = Pattern.compile("(?<![\\w:.])[a-zA-Z_:][\\w:]*(?!\\s*\\(|[\\w:])");
    private static final Set<String> WORDS =
            Set.of("and", "or", "unless", "bool", "group_left", "group_right", "inf", "nan");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");
    private static final List<String> COMPARISONS = List.of("==", "!=", ">=", "<=", ">", "<");

    private PromQl() {}

    /** Names of metrics. */
    static Set<String> metrics(String expression) {
        String bare =
                ASIDE.matcher(STRING.matcher(expression).replaceAll("\"\"")).replaceAll(" ");
        Set<String> names = new TreeSet<>();
        Matcher matcher = NAME.matcher(bare);
        while (matcher.find()) {
            if (!WORDS.contains(matcher.group())) {
                names.add(matcher.group());
            }
        }
        return names;
    }

    /** Names of a dashboard's variables, Grafana's own among them. */
    static Set<String> variables(String text) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = VARIABLE.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        }
        return names;
    }

    /** With the variables' values, as Grafana would send it. */
    static String with(Map<String, String> values, String expression) {
        return VARIABLE.matcher(expression).replaceAll(found -> {
            String name = found.group(1) == null ? found.group(2) : found.group(1);
            String value = values.get(name);
            if (value == null) {
                throw new IllegalArgumentException("no value for " + name + " in " + expression);
            }
            return Matcher.quoteReplacement(value);
        });
    }

    /** What a rule compares, as a question that is answered by 0 or 1 rather than by silence. */
    static String asBool(String rule) {
        int depth = 0;
        for (int i = rule.length() - 1; i >= 0; i--) {
            char c = rule.charAt(i);
            depth += ")}]".indexOf(c) >= 0 ? 1 : "({[".indexOf(c) >= 0 ? -1 : 0;
            if (depth == 0) {
                for (String comparison : COMPARISONS) {
                    if (rule.startsWith(" " + comparison + " ", i)) {
                        int end = i + comparison.length() + 1;
                        return rule.substring(0, end) + " bool" + rule.substring(end);
                    }
                }
            }
        }
        throw new IllegalArgumentException("compares nothing: " + rule);
    }
}
