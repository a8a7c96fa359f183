package io.nurs.appliance.filter;

import io.nurs.appliance.config.NearestName;
import io.nurs.appliance.filter.ExpressionField.Comparison;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads an expression by recursive descent, a method for each rule of the grammar in docs/configuration.md, and compiles it. */
final class ExpressionParser<T> {
    /** Parentheses and nots around one comparison. */
    private static final int MAX_DEPTH = 32;

    private static final String OPERATORS = "==, !=, <, <=, >, >= or in";

    private final ExpressionLexer lexer;
    private ExpressionToken token;
    private int depth;
    private final FieldDictionary<T> fields;
    private final Set<String> read = new HashSet<>();

    ExpressionParser(String text, FieldDictionary<T> fields) {
        this.fields = fields;
        this.lexer = new ExpressionLexer(text);
        this.token = lexer.next();
    }

    Condition<T> parse() {
        Condition<T> expression = expression();
        if (token.kind() != ExpressionToken.Kind.END) {
            throw error(token, "expected and, or, or the end, found " + token);
        }
        return expression;
    }

    /** Names of the fields that the expression asks for. */
    Set<String> read() {
        return read;
    }

    private Condition<T> expression() {
        List<Condition<T>> parts = new ArrayList<>(List.of(conjunction()));
        while (token.isEither("or", "||")) {
            take();
            parts.add(conjunction());
        }
        return Condition.anyOf(parts);
    }

    private Condition<T> conjunction() {
        List<Condition<T>> parts = new ArrayList<>(List.of(term()));
        while (token.isEither("and", "&&")) {
            take();
            parts.add(term());
        }
        return Condition.allOf(parts);
    }

    private Condition<T> term() {
        boolean not = token.isEither("not", "!");
        if (!not && !token.is("(")) {
            return comparison();
        }
        if (++depth > MAX_DEPTH) {
            throw error(token, "nested more than " + MAX_DEPTH + " levels deep");
        }
        take();
        Condition<T> inner;
        if (not) {
            inner = Condition.not(term());
        } else {
            inner = expression();
            expect(")", "and, or, or )");
        }
        depth--;
        return inner;
    }

    private Condition<T> comparison() {
        ExpressionField<T, ?> field = field();
        if (token.is("&")) {
            field = mask(field);
        }
        if (token.isEither("not", "in")) {
            return in(field);
        }
        ExpressionToken operator = token;
        Comparison comparison = comparisonOf(operator);
        if (comparison == null) {
            throw error(operator, "expected " + OPERATORS + " after " + field.name() + ", found " + operator);
        }
        take();
        ExpressionField<T, ?> compared = field;
        return value(word -> compared.compare(comparison, word));
    }

    private ExpressionField<T, ?> field() {
        ExpressionToken name = token;
        if (!name.isWord() || isKeyword(name)) {
            throw error(name, "expected a field, not or (, found " + name);
        }
        ExpressionField<T, ?> field = fields.byName(name.text());
        if (field == null) {
            throw error(name, unknown(name));
        }
        read.add(field.name());
        take();
        return field;
    }

    private String unknown(ExpressionToken name) {
        if (fields.isProtocol(name.text())) {
            return name + " is no field: write protocol == " + name.text();
        }
        return name + " is no field that " + fields.whoKnows() + "; "
                + NearestName.hint(name.text(), fields.names(), "known fields");
    }

    private ExpressionField<T, ?> mask(ExpressionField<T, ?> field) {
        if (!field.hasBits()) {
            throw error(token, "only " + fields.withBits() + " to choose by &; for a logical and write and, or &&");
        }
        take();
        return value(field::masked);
    }

    private <I> Condition<T> in(ExpressionField<T, I> field) {
        boolean not = token.is("not");
        if (not) {
            take();
        }
        expect("in", "in after not");
        Condition<T> in = field.in(token.is("[") ? items(field) : List.of(value(field::item)));
        return not ? Condition.not(in) : in;
    }

    private <I> List<I> items(ExpressionField<T, I> field) {
        List<I> items = new ArrayList<>();
        do {
            take();
            items.add(value(field::item));
        } while (token.is(","));
        expect("]", "a comma or ]");
        return items;
    }

    /** Reads a value; what is wrong with it is told with its place. */
    private <V> V value(Function<String, V> reader) {
        ExpressionToken word = token;
        if (!word.isWord() || isKeyword(word)) {
            throw error(word, "expected a value, found " + word);
        }
        take();
        return at(word, () -> reader.apply(word.text()));
    }

    private <V> V at(ExpressionToken place, Supplier<V> reader) {
        try {
            return reader.get();
        } catch (IllegalArgumentException e) {
            throw error(place, String.valueOf(e.getMessage()));
        }
    }

    private void expect(String text, String wanted) {
        if (!token.is(text)) {
            throw error(token, "expected " + wanted + ", found " + token);
        }
        take();
    }

    private void take() {
        token = lexer.next();
    }

    private static boolean isKeyword(ExpressionToken word) {
        return word.isEither("and", "or") || word.isEither("not", "in");
    }

    private static @Nullable Comparison comparisonOf(ExpressionToken symbol) {
        for (Comparison comparison : Comparison.values()) {
            if (symbol.is(comparison.toString())) {
                return comparison;
            }
        }
        return null;
    }

    private IllegalArgumentException error(ExpressionToken place, String message) {
        return lexer.error(place.at(), message);
    }
}
