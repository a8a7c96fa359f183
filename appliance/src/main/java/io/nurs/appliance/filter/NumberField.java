package io.nurs.appliance.filter;

import io.nurs.appliance.config.NearestName;
import io.nurs.appliance.config.ScalarText;
import io.nurs.appliance.source.ConntrackFlow;
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
 */
record NumberField(String name, String noun, long max, long mask, Map<String, Long> words, List<Value> values)
        implements FlowField<NumberRange> {
    /** What the flow lacks; outside every range. */
    static final long ABSENT = -1;

    private static final long NO_MASK = -1;

    /** Reads the number, or {@link #ABSENT}. */
    @FunctionalInterface
    interface Value {
        long of(ConntrackFlow flow);
    }

    static NumberField of(String name, String noun, long max, Value... values) {
        return new NumberField(name, noun, max, NO_MASK, Map.of(), List.of(values));
    }

    NumberField withWords(Map<String, Long> names) {
        return new NumberField(name, noun, max, mask, names, values);
    }

    /** Only these bits of a number that no flow lacks. */
    NumberField masked(long bits) {
        Value whole = values.getFirst();
        return new NumberField(name, noun, max, bits, words, List.of(flow -> whole.of(flow) & bits));
    }

    @Override
    public FlowPredicate compare(Comparison comparison, String word) {
        NumberRange value = read(word);
        if (!value.isSingle()) {
            throw new IllegalArgumentException(
                    ScalarText.quote(word) + " is a range: write " + name + " in " + ScalarText.printable(word));
        }
        long number = value.low();
        return switch (comparison) {
            case EQUAL -> in(List.of(item(word)));
            case UNEQUAL -> FlowPredicate.not(in(List.of(item(word))));
            case LESS -> within(0, number - 1);
            case AT_MOST -> within(0, number);
            case GREATER -> within(number + 1, max);
            case AT_LEAST -> within(number, max);
        };
    }

    private FlowPredicate within(long low, long high) {
        if (low > high) {
            throw new IllegalArgumentException("no flow would match: " + name + " is from 0 to " + max);
        }
        return either(value -> flow -> {
            long number = value.of(flow);
            return low <= number && number <= high;
        });
    }

    @Override
    public FlowPredicate in(List<NumberRange> items) {
        if (items.size() == 1) {
            return within(items.getFirst().low(), items.getFirst().high());
        }
        NumberSet set = new NumberSet(items);
        return either(value -> flow -> set.contains(value.of(flow)));
    }

    private FlowPredicate either(Function<Value, FlowPredicate> test) {
        return FlowPredicate.anyOf(values.stream().map(test).toList());
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
