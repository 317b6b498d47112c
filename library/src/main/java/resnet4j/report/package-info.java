/**
 * Pages: one HTML file with everything in it, which opens without a network, runs no script, and prints. A {@link
 * resnet4j.report.Page} is a list of {@link resnet4j.report.Section}s, and a section a list of {@link
 * resnet4j.report.Block}s: numbers, charts, tables, pictures. {@link resnet4j.report.RunReport} makes the page of a run
 * at its end, {@link resnet4j.report.ClassSections} what a page says of a classifier; a task gives sections of its own.
 * Behind them are {@code Markup} (well-formed by construction, escapes all text) and {@code page.css}.
 *
 * <p>May use every package below it in {@code docs/architecture.md}; it needs {@code eval}, {@code run},
 * {@code data}, {@code image} and {@code config} only.
 */
package resnet4j.report;
