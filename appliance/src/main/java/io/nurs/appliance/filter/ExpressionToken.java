package io.nurs.appliance.filter;

import io.nurs.appliance.config.ScalarText;

/**
 * A word or a symbol of an expression, or its end.
 *
 * @param text empty at the end
 * @param at its first character's index
 */
record ExpressionToken(Kind kind, String text, int at) {
    enum Kind {
        WORD,
        SYMBOL,
        END
    }

    boolean isWord() {
        return kind == Kind.WORD;
    }

    boolean is(String other) {
        return text.equals(other);
    }

    boolean isEither(String word, String symbol) {
        return is(word) || is(symbol);
    }

    @Override
    public String toString() {
        return kind == Kind.END ? "the expression's end" : ScalarText.quote(text);
    }
}
