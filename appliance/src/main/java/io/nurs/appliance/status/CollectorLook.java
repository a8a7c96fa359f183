package io.nurs.appliance.status;

import io.nurs.appliance.export.Collector;

/** What one has to look at a collector again and again to know. */
final class CollectorLook {
    private final Collector collector;
    final Change templates = new Change();
    final Change lost = new Change();
    final Change dropped = new Change();

    CollectorLook(Collector collector) {
        this.collector = collector;
    }

    void look() {
        templates.look(collector.encoded().templates());
        lost.look(collector.lostMessages());
        dropped.look(collector.notSent().flows());
    }
}
