//! Every number about one column in one window, each with the sentence that defines it.
//!
//! Names are those of the reference values under `tests/data`; `ev_` and `nml_` are Evidently's and
//! NannyML's own numbers.

use super::{
    chi_square,
    column::{Categories, Numbers, WindowProfile, union},
    compat::{evidently, nannyml},
    distance, ks, ks_exact,
    profile::ReferenceProfile,
    proportion,
    summary::{moments, quantile},
};

/// One number and what it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistic {
    /// Its name, `psi_q10_null`.
    pub key: &'static str,
    /// Its value; NaN where it cannot be computed.
    pub value: f64,
    /// Its definition in one sentence: bins, smoothing, what happens to missing values.
    pub about: &'static str,
}

/// Quantiles that are told, with their names.
const QUANTILES: [(&str, f64); 7] = [
    ("p01", 0.01),
    ("p05", 0.05),
    ("p25", 0.25),
    ("p50", 0.5),
    ("p75", 0.75),
    ("p95", 0.95),
    ("p99", 0.99),
];

/// All numbers of one window's column against the reference's. Where the two cannot be compared, only
/// what the window alone says.
pub fn statistics(reference: &ReferenceProfile, window: &WindowProfile) -> Vec<Statistic> {
    let mut found = Found(Vec::new());
    found.add("n", window.rows() as f64, "rows in the window");
    found.add(
        "n_valid",
        window.valid() as f64,
        "rows with a usable value: not NULL, NaN or infinite",
    );
    match (reference.column(), window) {
        (WindowProfile::Numeric(r), WindowProfile::Numeric(c)) => {
            let pairs = reference.pairs(window).unwrap_or_default();
            found.numbers(&pairs, r, c);
        }
        (WindowProfile::Categorical(r), WindowProfile::Categorical(c)) => found.categories(r, c),
        (_, WindowProfile::Numeric(c)) => found.number_facts(c),
        (_, WindowProfile::Categorical(c)) => found.category_facts(c),
    }
    if let Some(pairs) = missing_pairs(reference.column(), window) {
        let p = chi_square::contingency(pairs.into_iter()).map_or(f64::NAN, |c| c.p);
        found.add(
            "missing_p",
            p,
            "p of a 2x2 chi-square, without Yates, on how many rows lack a usable value",
        );
    }
    found.evidently(reference.column(), window);
    found.nannyml(reference.column(), window);
    found.0
}

fn missing_pairs(r: &WindowProfile, c: &WindowProfile) -> Option<[(u64, u64); 2]> {
    let missing = (r.missing(), c.missing());
    (missing != (0, 0)).then_some([(r.valid(), c.valid()), missing])
}

struct Found(Vec<Statistic>);

impl Found {
    fn add(&mut self, key: &'static str, value: f64, about: &'static str) {
        self.0.push(Statistic { key, value, about });
    }

    fn number_facts(&mut self, c: &Numbers) {
        let all = (c.sorted().len() as u64 + c.missing()) as f64;
        self.add("n_null", c.nulls() as f64, "rows that are NULL");
        self.add("n_nan", c.nan() as f64, "rows that are NaN");
        self.add("n_inf", c.infinite() as f64, "rows that are infinite");
        self.add("null_rate", c.nulls() as f64 / all, "NULL rows of all rows");
        let m = moments(c.sorted());
        let edge = |v: Option<&f64>| v.copied().unwrap_or(f64::NAN);
        self.add("min", edge(c.sorted().first()), "least usable value");
        self.add("max", edge(c.sorted().last()), "greatest usable value");
        self.add("mean", m.mean, "mean of the usable values");
        self.add("std_pop", m.std, "their standard deviation, divisor n");
        for (key, q) in QUANTILES {
            let value = quantile(c.sorted(), q);
            self.add(
                key,
                value,
                "quantile by linear interpolation (Hyndman & Fan 7)",
            );
        }
    }

    fn category_facts(&mut self, c: &Categories) {
        let all = (c.valid() + c.nulls()) as f64;
        self.add("n_null", c.nulls() as f64, "rows that are NULL");
        self.add("null_rate", c.nulls() as f64 / all, "NULL rows of all rows");
        self.add("distinct", c.counts().len() as f64, "categories, as text");
    }

    fn numbers(&mut self, pairs: &[(u64, u64)], r: &Numbers, c: &Numbers) {
        self.number_facts(c);
        let (a, b) = (r.sorted(), c.sorted());
        let Some(found) = ks::distances(a, b) else {
            return;
        };
        if let (Some(low), Some(high)) = (a.first(), a.last()) {
            let below = b.partition_point(|v| v < low);
            let above = b.len() - b.partition_point(|v| v <= high);
            self.add(
                "n_below",
                below as f64,
                "usable values below the reference's least",
            );
            self.add(
                "n_above",
                above as f64,
                "usable values above the reference's greatest",
            );
        }
        self.add(
            "psi_q10",
            distance::psi(pairs.iter().copied(), a.len() as u64, b.len() as u64),
            "PSI over the reference's decile bins (an edge goes up, duplicates dropped), usable values; a share of 0 becomes 1e-4",
        );
        let null = (r.missing(), c.missing());
        self.add(
            "psi_q10_null",
            distance::psi(
                pairs.iter().copied().chain([null]),
                a.len() as u64 + null.0,
                b.len() as u64 + null.1,
            ),
            "psi_q10 with one bin more for NULL, NaN and infinite; shares of all rows",
        );
        if let Some(d) = distance::of(pairs.iter().copied()) {
            self.add(
                "js_q10_b2",
                d.jensen_shannon,
                "Jensen-Shannon distance, base 2, over the decile bins, unsmoothed",
            );
            self.add(
                "hellinger_q10",
                d.hellinger,
                "Hellinger distance over the decile bins",
            );
            self.add(
                "tvd_q10",
                d.total_variation,
                "total variation over the decile bins",
            );
            self.add(
                "linf_q10",
                d.largest,
                "largest difference of one decile bin's shares",
            );
        }
        let (n, m) = (a.len(), b.len());
        self.add(
            "ks_stat",
            found.ks,
            "Kolmogorov-Smirnov D, exact, ties stepped together",
        );
        self.add("ks_at", found.ks_at, "least value at which D is reached");
        self.add(
            "ks_p_asymp",
            ks::p_value(found.ks, n, m),
            "p of D: Kolmogorov's distribution at round(nm/(n+m)) (scipy asymp)",
        );
        self.add(
            "ks_p_auto",
            ks_exact::p_value_auto(found.ks, n, m),
            "p of D: exact up to 10,000 rows a side, else asymptotic (scipy auto)",
        );
        self.add(
            "ks_p_kolmogorov",
            ks::p_value_limit(found.ks, n, m),
            "p of D: the classic limit",
        );
        self.add(
            "wasserstein",
            found.wasserstein,
            "Wasserstein-1 distance in the column's unit, exact",
        );
        self.add(
            "wasserstein_norm",
            found.wasserstein / moments(a).std.max(0.001),
            "wasserstein over the reference's standard deviation (divisor n, at least 0.001)",
        );
    }

    fn categories(&mut self, r: &Categories, c: &Categories) {
        self.category_facts(c);
        let (n, m) = (r.valid(), c.valid());
        if n == 0 || m == 0 {
            return;
        }
        let pairs: Vec<(u64, u64)> = union(r, c).map(|(_, a, b)| (a, b)).collect();
        let unseen: u64 = pairs.iter().filter(|(a, _)| *a == 0).map(|(_, b)| b).sum();
        self.add(
            "unseen_rate",
            unseen as f64 / m as f64,
            "usable rows whose category the reference lacks",
        );
        self.add(
            "psi_cat",
            distance::psi(pairs.iter().copied(), n, m),
            "PSI over the categories of both sides, usable values; a share of 0 becomes 1e-4",
        );
        self.add(
            "psi_cat_null",
            distance::psi(
                pairs.iter().copied().chain([(r.nulls(), c.nulls())]),
                n + r.nulls(),
                m + c.nulls(),
            ),
            "psi_cat with NULL as a category; shares of all rows",
        );
        if let Some(d) = distance::of(pairs.iter().copied()) {
            self.add(
                "js_cat_b2",
                d.jensen_shannon,
                "Jensen-Shannon distance, base 2, over the categories, unsmoothed",
            );
            self.add(
                "hellinger_cat",
                d.hellinger,
                "Hellinger distance over the categories",
            );
            self.add(
                "tvd_cat",
                d.total_variation,
                "total variation over the categories",
            );
            self.add(
                "linf_cat",
                d.largest,
                "largest difference of one category's shares",
            );
        }
        if let Some(t) = chi_square::contingency(pairs.iter().copied()) {
            self.add(
                "chi2_cont.stat",
                t.statistic,
                "Pearson's chi-square of the 2xK table, without Yates",
            );
            self.add("chi2_cont.dof", t.dof as f64, "its degrees of freedom");
            self.add("chi2_cont.p", t.p, "its p");
        }
        if let Some(t) = chi_square::contingency_yates(pairs.iter().copied()) {
            self.add(
                "chi2_cont_yates.stat",
                t.statistic,
                "the same with Yates' correction for two categories",
            );
            self.add("chi2_cont_yates.p", t.p, "its p");
        }
        if let Some(t) = chi_square::goodness_of_fit(pairs.iter().copied()) {
            self.add("chi2_gof.stat", t.statistic, "chi-square of the window against the reference's shares as truth; infinite with an unseen category");
            self.add("chi2_gof.p", t.p, "its p");
        }
        if let [_, last] = pairs.as_slice()
            && let Some(t) = proportion::z_test((last.0, n), (last.1, m))
        {
            self.add(
                "z_prop.z",
                t.z,
                "pooled two-proportion Z of the last of two categories, reference less window",
            );
            self.add("z_prop.p", t.p, "its p, two-sided, from the tail");
        }
    }

    fn evidently(&mut self, r: &WindowProfile, c: &WindowProfile) {
        let Some(e) = evidently::compare(r, c) else {
            return;
        };
        let method = match e.chosen.method {
            "K-S p_value" => "Evidently's own choice here: K-S p_value, drift at or below 0.05",
            "chi-square p_value" => {
                "Evidently's own choice here: chi-square p_value, drift below 0.05"
            }
            "Z-test p_value" => "Evidently's own choice here: Z-test p_value, drift below 0.05",
            "Jensen-Shannon distance" => {
                "Evidently's own choice here: Jensen-Shannon distance, drift from 0.1"
            }
            _ => "Evidently's own choice here: Wasserstein distance (normed), drift from 0.1",
        };
        self.add("ev_default", e.chosen.score, method);
        self.add("ev_psi", e.psi, "Evidently's psi: Sturges bins over both sides above 20 distinct values, else one per value; 0 becomes 1e-4 or least/1e6");
        self.add(
            "ev_js",
            e.jensen_shannon,
            "Evidently's jensenshannon: distance, natural log, the bins of ev_psi",
        );
        self.add(
            "ev_kl",
            e.kl,
            "Evidently's kl_div of the reference from the window, filled as ev_psi",
        );
        self.add(
            "ev_hellinger",
            e.hellinger,
            "Evidently's hellinger: Sturges bins over the set of distinct values",
        );
        self.add(
            "ev_chisquare_p",
            e.chi_square_p,
            "Evidently's chisquare: p of a goodness of fit to the reference's counts",
        );
        if !e.ks_p.is_nan() {
            self.add("ev_ks_p", e.ks_p, "Evidently's ks: p, scipy auto");
            self.add(
                "ev_wasserstein",
                e.wasserstein,
                "Evidently's wasserstein, normed",
            );
        }
        if c.is_categorical() {
            self.add(
                "ev_z_p",
                e.z_p,
                "Evidently's z: p as one less the distribution, hence 0 in the far tail",
            );
        }
    }

    fn nannyml(&mut self, r: &WindowProfile, c: &WindowProfile) {
        let Some(n) = nannyml::compare(r, c) else {
            return;
        };
        self.add("nml_js", n.jensen_shannon, "NannyML's jensen_shannon: base 2, Doane bins of the reference, all outside in one more");
        self.add(
            "nml_hellinger",
            n.hellinger,
            "NannyML's hellinger over the same bins",
        );
        if c.is_categorical() {
            self.add(
                "nml_chi2",
                n.chi_square,
                "NannyML's chi2: the statistic, Yates for two categories",
            );
            self.add("nml_linf", n.largest, "NannyML's l_infinity");
        } else {
            self.add("nml_ks", n.ks, "NannyML's kolmogorov_smirnov: from 10,000 equal bins when the reference has as many rows");
            self.add(
                "nml_wasserstein",
                n.wasserstein,
                "NannyML's wasserstein, estimated likewise",
            );
        }
    }
}
