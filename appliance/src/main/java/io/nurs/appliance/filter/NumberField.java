package io.nurs.appliance.filter;

import io.nurs.appliance.config.NearestName;
import io.nurs.appliance.config.ScalarText;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A number, or two of which either will do.
 *
 * @param noun what a value is called
 * @param max the largest value
 * @param mask what {@link #values} were taken through; all bits if by none
 * @param words values that have a name
 * @param hasBits whether some of its bits may be chosen
 * @param <T> what is asked
 */
record NumberField<T>(
        String name, String noun, long max, long mask, Map<String, Long> words, boolean hasBits, List<Value<T>> values)
        implements ExpressionField<T, NumberRange> {
    /** What a flow or a packet lacks; outside every range. */
    static final long ABSENT = -1;

    private static final long NO_MASK = -1;
    private static final long MAX_BITS = 0xffff_ffffL;

    /** Reads the number, or {@link #ABSENT}. */
    @FunctionalInterface
    interface Value<T> {
        long of(T subject);
    }

    static <T> NumberField<T> of(String name, String noun, long max, Value<T> value) {
        return new NumberField<>(name, noun, max, NO_MASK, Map.of(), false, List.of(value));
    }

    /** Two of which either will do. */
    static <T> NumberField<T> of(String name, String noun, long max, Value<T> one, Value<T> other) {
        return new NumberField<>(name, noun, max, NO_MASK, Map.of(), false, List.of(one, other));
    }

    NumberField<T> named(String other) {
        return new NumberField<>(other, noun, max, mask, words, hasBits, values);
    }

    NumberField<T> withWords(Map<String, Long> names) {
        return new NumberField<>(name, noun, max, mask, names, hasBits, values);
    }

    /** With bits to choose by {@code &}. */
    NumberField<T> withBits() {
        return new NumberField<>(name, noun, max, mask, words, true, values);
    }

    @Override
    public NumberField<T> masked(String word) {
        Long named = words.get(word);
        long bits = named == null ? ScalarText.integer(word) : named;
        if (bits > MAX_BITS) {
            throw new IllegalArgumentException(ScalarText.quote(word) + " does not fit in 32 bits");
        }
        Value<T> whole = values.getFirst();
        return new NumberField<>(name, noun, max, bits, words, false, List.of(subject -> {
            long number = whole.of(subject);
            return number == ABSENT ? ABSENT : number & bits;
        }));
    }

    @Override
    public Condition<T> compare(Comparison comparison, String word) {
        NumberRange value = read(word);
        if (!value.isSingle()) {
            throw new IllegalArgumentException(
                    ScalarText.quote(word) + " is a range: write " + name + " in " + ScalarText.printable(word));
        }
        long number = value.low();
        return switch (comparison) {
            case EQUAL -> in(List.of(item(word)));
            case UNEQUAL -> Condition.not(in(List.of(item(word))));
            case LESS -> within(0, number - 1);
            case AT_MOST -> within(0, number);
            case GREATER -> within(number + 1, max);
            case AT_LEAST -> within(number, max);
        };
    }

    private Condition<T> within(long low, long high) {
        if (low > high) {
            throw new IllegalArgumentException("nothing would match: " + name + " is from 0 to " + max);
        }
        return either(value -> subject -> {
            long number = value.of(subject);
            return low <= number && number <= high;
        });
    }

    @Override
    public Condition<T> in(List<NumberRange> items) {
        if (items.size() == 1) {
            return within(items.getFirst().low(), items.getFirst().high());
        }
        NumberSet set = new NumberSet(items);
        return either(value -> subject -> set.contains(value.of(subject)));
    }

    private Condition<T> either(Function<Value<T>, Condition<T>> test) {
        return Condition.anyOf(values.stream().map(test).toList());
    }

    @Override
    public NumberRange item(String word) {
        NumberRange range = read(word);
        if (range.isSingle() && (range.low() & ~mask) != 0) {
            throw new IllegalArgumentException(
                    "value 0x%x has bits outside mask 0x%x, so no %s would match".formatted(range.low(), mask, name));
        }
        return range;
    }

    private NumberRange read(String word) {
        int hyphen = word.indexOf('-');
        if (hyphen <= 0) {
            long number = number(word);
            return new NumberRange(number, number);
        }
        NumberRange range = new NumberRange(number(word.substring(0, hyphen)), number(word.substring(hyphen + 1)));
        if (range.low() > range.high()) {
            throw new IllegalArgumentException(
                    ScalarText.quote(word) + " ends before it begins: write the smaller " + noun + " first");
        }
        return range;
    }

    private long number(String word) {
        Long named = words.get(word);
        if (named != null) {
            return named;
        }
        if (word.isEmpty()
                || !Character.isDigit(word.charAt(0))
                || !word.chars().allMatch(Character::isLetterOrDigit)) {
            String known = words.isEmpty() ? "" : "; " + NearestName.hint(word, words.keySet(), "known names");
            throw new IllegalArgumentException(ScalarText.quote(word) + " is no " + noun + ", which " + name
                    + " wants: write a number from 0 to " + max + known);
        }
        long number = ScalarText.integer(word);
        if (number > max) {
            throw new IllegalArgumentException(ScalarText.printable(word) + " is outside 0 to " + max);
        }
        return number;
    }
}
