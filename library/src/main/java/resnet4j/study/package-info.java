/**
 * Questions that take many runs: {@link resnet4j.study.Study} and its {@link resnet4j.study.Trainings} test claims about
 * residual networks, {@link resnet4j.study.GradientStudy} looks at gradients by depth, {@link
 * resnet4j.study.CurveStudy} at what more pictures would bring, {@link resnet4j.study.Tuner} searches for a recipe. All
 * go on from where they were stopped, and leave a page. Stands on {@code train} and {@code selfsup}.
 */
package resnet4j.study;
