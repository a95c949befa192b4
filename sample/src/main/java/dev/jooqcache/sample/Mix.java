package dev.jooqcache.sample;

/** The proportions in which operations are called. Immutable. */
final class Mix {

    private final int writesPercent;

    Mix(int writesPercent) {
        this.writesPercent = writesPercent;
    }

    Operation draw(Choices choices) {
        return choices.below(100) < writesPercent ? draw(choices, Write.values()) : draw(choices, Read.values());
    }

    private static Operation draw(Choices choices, Operation[] operations) {
        int total = 0;
        for (Operation operation : operations) {
            total += operation.weight();
        }
        int point = choices.below(total);
        for (Operation operation : operations) {
            point -= operation.weight();
            if (point < 0) {
                return operation;
            }
        }
        throw new IllegalStateException("weights of " + total);
    }
}
