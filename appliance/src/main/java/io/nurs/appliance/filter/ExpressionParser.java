package io.nurs.appliance.filter;

import io.nurs.appliance.config.NearestName;
import io.nurs.appliance.config.ScalarText;
import io.nurs.appliance.filter.FlowField.Comparison;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads an expression by recursive descent, a method for each rule of the grammar in docs/configuration.md, and compiles it. */
final class ExpressionParser {
    /** Parentheses and nots around one comparison. */
    private static final int MAX_DEPTH = 32;

    private static final long MAX_MARK = 0xffff_ffffL;
    private static final String OPERATORS = "==, !=, <, <=, >, >= or in";

    private final ExpressionLexer lexer;
    private ExpressionToken token;
    private int depth;
    private boolean readsMarkInterfaces;

    ExpressionParser(String text) {
        this.lexer = new ExpressionLexer(text);
        this.token = lexer.next();
    }

    FlowPredicate parse() {
        FlowPredicate expression = expression();
        if (token.kind() != ExpressionToken.Kind.END) {
            throw error(token, "expected and, or, or the end, found " + token);
        }
        return expression;
    }

    boolean readsMarkInterfaces() {
        return readsMarkInterfaces;
    }

    private FlowPredicate expression() {
        List<FlowPredicate> parts = new ArrayList<>(List.of(conjunction()));
        while (token.isEither("or", "||")) {
            take();
            parts.add(conjunction());
        }
        return FlowPredicate.anyOf(parts);
    }

    private FlowPredicate conjunction() {
        List<FlowPredicate> parts = new ArrayList<>(List.of(term()));
        while (token.isEither("and", "&&")) {
            take();
            parts.add(term());
        }
        return FlowPredicate.allOf(parts);
    }

    private FlowPredicate term() {
        boolean not = token.isEither("not", "!");
        if (!not && !token.is("(")) {
            return comparison();
        }
        if (++depth > MAX_DEPTH) {
            throw error(token, "nested more than " + MAX_DEPTH + " levels deep");
        }
        take();
        FlowPredicate inner;
        if (not) {
            inner = FlowPredicate.not(term());
        } else {
            inner = expression();
            expect(")", "and, or, or )");
        }
        depth--;
        return inner;
    }

    private FlowPredicate comparison() {
        FlowField<?> field = field();
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
        FlowField<?> compared = field;
        return value(word -> compared.compare(comparison, word));
    }

    private FlowField<?> field() {
        ExpressionToken name = token;
        if (!name.isWord() || isKeyword(name)) {
            throw error(name, "expected a field, not or (, found " + name);
        }
        FlowField<?> field = FlowFields.byName(name.text());
        if (field == null) {
            throw error(name, unknown(name));
        }
        readsMarkInterfaces |= FlowFields.isFromMarks(field);
        take();
        return field;
    }

    private static String unknown(ExpressionToken name) {
        if (FlowFields.isProtocol(name.text())) {
            return name + " is no field: write protocol == " + name.text();
        }
        return name + " is no field that conntrack knows; "
                + NearestName.hint(name.text(), FlowFields.names(), "known fields");
    }

    private FlowField<?> mask(FlowField<?> field) {
        if (!(field instanceof NumberField number) || !number.name().equals("mark")) {
            throw error(token, "only mark has bits to choose by &; for a logical and write and, or &&");
        }
        take();
        return value(word -> {
            long mask = ScalarText.integer(word);
            if (mask > MAX_MARK) {
                throw new IllegalArgumentException(ScalarText.quote(word) + " does not fit in 32 bits");
            }
            return number.masked(mask);
        });
    }

    private <I> FlowPredicate in(FlowField<I> field) {
        boolean not = token.is("not");
        if (not) {
            take();
        }
        expect("in", "in after not");
        FlowPredicate in = field.in(token.is("[") ? items(field) : List.of(value(field::item)));
        return not ? FlowPredicate.not(in) : in;
    }

    private <I> List<I> items(FlowField<I> field) {
        List<I> items = new ArrayList<>();
        do {
            take();
            items.add(value(field::item));
        } while (token.is(","));
        expect("]", "a comma or ]");
        return items;
    }

    /** Reads a value; what is wrong with it is told with its place. */
    private <T> T value(Function<String, T> reader) {
        ExpressionToken word = token;
        if (!word.isWord() || isKeyword(word)) {
            throw error(word, "expected a value, found " + word);
        }
        take();
        return at(word, () -> reader.apply(word.text()));
    }

    private <T> T at(ExpressionToken place, Supplier<T> reader) {
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
