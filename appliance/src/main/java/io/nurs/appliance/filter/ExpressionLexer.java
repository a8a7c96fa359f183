package io.nurs.appliance.filter;

import io.nurs.appliance.config.ScalarText;
import io.nurs.appliance.filter.ExpressionToken.Kind;
import java.util.List;

/** Cuts an expression into words and symbols. A prefix, an address and a range are one word each: where it stands tells what it is. */
final class ExpressionLexer {
    private static final String WORD_SIGNS = "_.:/-";
    /** The longer of two that begin alike first. */
    private static final List<String> SYMBOLS =
            List.of("==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "&", "(", ")", "[", "]", ",");

    private final String text;
    private int next;

    ExpressionLexer(String text) {
        this.text = text;
    }

    ExpressionToken next() {
        while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
            next++;
        }
        int start = next;
        if (start == text.length()) {
            return new ExpressionToken(Kind.END, "", start);
        }
        while (next < text.length() && isWordCharacter(text.charAt(next))) {
            next++;
        }
        return next > start ? new ExpressionToken(Kind.WORD, text.substring(start, next), start) : symbol(start);
    }

    private ExpressionToken symbol(int start) {
        for (String symbol : SYMBOLS) {
            if (text.startsWith(symbol, start)) {
                next = start + symbol.length();
                return new ExpressionToken(Kind.SYMBOL, symbol, start);
            }
        }
        String found = text.substring(start, text.offsetByCodePoints(start, 1));
        throw error(
                start,
                switch (found) {
                    case "=" -> "equality is written ==";
                    case "|" -> "write or, or ||";
                    case "\"", "'" -> "values take no quotes here";
                    default -> ScalarText.quote(found) + " has no meaning here";
                });
    }

    private static boolean isWordCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || WORD_SIGNS.indexOf(c) >= 0;
    }

    /** An error at a character; columns are counted from 1, and lines where there are several. */
    IllegalArgumentException error(int at, String message) {
        String before = text.substring(0, at);
        int lineStart = before.lastIndexOf('\n') + 1;
        long line = 1 + before.chars().filter(c -> c == '\n').count();
        String where = text.strip().indexOf('\n') < 0 ? "" : "line " + line + ", ";
        return new IllegalArgumentException(where + "column " + (at - lineStart + 1) + ": " + message);
    }
}
