"""Mitigation after the fact: re-rank the lists of a fitted model so that groups of items keep bounds.

Of all ways to fill the lists, take the one with the highest total score, s_ui / |x_u| summed over all places,
under bounds on how places and hits are shared among groups of items: exposure constraints on rankings (Singh
and Joachims 2018). With bounds on places this is a linear program, for a disparity a convex one, and its
Lagrangian falls apart into listeners: each list is the k best items by

    x_u . y_i + |x_u| bonus_i,    bonus = membership @ multipliers

with one multiplier a group, the price of its bound. So a program with as many variables as pairs becomes a
search over a few multipliers (dual decomposition, as Xu et al. 2023 re-rank online), and what is learned on
one part applies to another, and to listeners who are new. |x_u|, the length of a listener's factors, is the
scale of their scores: a bonus counts as much for each.

A bound on hits needs to know what will be played. There, multipliers are group-specific thresholds chosen on
held-out listening (Hardt, Price and Srebro 2016).

References
----------
Singh and Joachims, "Fairness of exposure in rankings", KDD 2018.

Xu et al., "P-MMF: Provider max-min fairness re-ranking in recommender system", WWW 2023.

Hardt, Price and Srebro, "Equality of opportunity in supervised learning", NeurIPS 2016.
"""
