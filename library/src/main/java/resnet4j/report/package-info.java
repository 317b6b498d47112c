/**
 * Run folders as pages: one HTML file with everything in it, which opens without a network, runs no script, and prints.
 * {@link resnet4j.report.RunReport} writes the page of a run,
 * {@link resnet4j.report.TableReport} any page of charts and tables. Behind them are {@code Page} (the frame and its style),
 * {@code Chart} (curves and scatter plots as SVG) and {@code Markup} (well-formed by construction, escapes all text).
 *
 * <p>May use every package below it in {@code docs/architecture.md}; it needs {@code eval}, {@code run},
 * {@code data}, {@code image} and {@code config} only.
 */
package resnet4j.report;
