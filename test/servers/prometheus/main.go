// For tests: does what a Prometheus would do with rules and queries over given series, minute by minute. Takes JSON on
// standard input and prints JSON. It ends with 1 where the rules cannot be read, or one cannot be evaluated.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math"
	"os"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/timestamp"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/teststorage"
)

type input struct {
	Rules        string `json:"rules"`
	StartSeconds int64  `json:"startSeconds"`
	Minutes      int    `json:"minutes"`
	// In the notation of Prometheus' own tests, with a value for each minute: up{job="a"} 1x9 stale.
	Series []string `json:"series"`
	// Asked for every minute.
	Queries []string `json:"queries"`
}

// A label set for which an alert fired; minutes are those of the first and the last time.
type firing struct {
	Alert       string        `json:"alert"`
	Labels      labels.Labels `json:"labels"`
	Annotations labels.Labels `json:"annotations"`
	FromMinute  int           `json:"fromMinute"`
	UntilMinute int           `json:"untilMinute"`
}

type answer struct {
	// How many of the values are numbers.
	Numbers int `json:"numbers"`
	// The names of all labels of its series.
	Labels []string `json:"labels"`
	// Of the engine: what is no error, and hardly meant.
	Warnings []string `json:"warnings"`
}

type output struct {
	Firings []firing `json:"firings"`
	Answers []answer `json:"answers"`
}

type series struct {
	labels labels.Labels
	values []parser.SequenceValue
}

func main() {
	var asked input
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	found, err := evaluate(context.Background(), asked)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		log.Fatal(err)
	}
}

func evaluate(ctx context.Context, asked input) (found output, err error) {
	found = output{Firings: []firing{}, Answers: []answer{}}
	language := parser.NewParser(parser.Options{})
	all, err := readSeries(language, asked.Series)
	if err != nil {
		return output{}, err
	}
	kept, err := teststorage.NewWithError()
	if err != nil {
		return output{}, err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples:               50_000_000,
		Timeout:                  time.Minute,
		NoStepSubqueryIntervalFn: func(int64) int64 { return time.Minute.Milliseconds() },
		Parser:                   language,
	})
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc:  rules.EngineQueryFunc(engine, kept),
		Appendable: kept,
		Queryable:  kept,
		Context:    ctx,
		NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
		Parser:     language,
	})
	groups, problems := manager.LoadGroups(time.Minute, labels.EmptyLabels(), "", nil, false, asked.Rules)
	if len(problems) > 0 {
		return output{}, errors.Join(problems...)
	}
	start := time.Unix(asked.StartSeconds, 0)
	for minute := range asked.Minutes {
		now := start.Add(time.Duration(minute) * time.Minute)
		if err := scrape(ctx, kept, all, minute, now); err != nil {
			return output{}, err
		}
		for _, group := range groups {
			group.Eval(ctx, now)
			for _, rule := range group.Rules() {
				if err := rule.LastError(); err != nil {
					return output{}, fmt.Errorf("%s: %w", rule.Name(), err)
				}
			}
			for _, rule := range group.AlertingRules() {
				found.note(rule, minute)
			}
		}
	}
	end := start.Add(time.Duration(asked.Minutes-1) * time.Minute)
	for _, query := range asked.Queries {
		answered, err := ask(ctx, engine, kept, query, start, end)
		if err != nil {
			return output{}, fmt.Errorf("%s: %w", query, err)
		}
		found.Answers = append(found.Answers, answered)
	}
	return found, nil
}

func readSeries(language parser.Parser, lines []string) ([]series, error) {
	var all []series
	for _, line := range lines {
		named, values, err := language.ParseSeriesDesc(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
		all = append(all, series{named, values})
	}
	return all, nil
}

func scrape(ctx context.Context, kept storage.Appendable, all []series, minute int, now time.Time) error {
	appender := kept.Appender(ctx)
	for _, each := range all {
		if minute >= len(each.values) || each.values[minute].Omitted {
			continue
		}
		if _, err := appender.Append(0, each.labels, timestamp.FromTime(now), each.values[minute].Value); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", each.labels, err), appender.Rollback())
		}
	}
	return appender.Commit()
}

func (found *output) note(rule *rules.AlertingRule, minute int) {
	for _, alert := range rule.ActiveAlerts() {
		if alert.State != rules.StateFiring {
			continue
		}
		known := slices.IndexFunc(found.Firings, func(each firing) bool {
			return each.Alert == rule.Name() && labels.Equal(each.Labels, alert.Labels)
		})
		if known >= 0 {
			found.Firings[known].UntilMinute = minute
			continue
		}
		found.Firings = append(found.Firings, firing{rule.Name(), alert.Labels, alert.Annotations, minute, minute})
	}
}

func ask(ctx context.Context, engine *promql.Engine, kept storage.Queryable, query string, start, end time.Time) (answer, error) {
	prepared, err := engine.NewRangeQuery(ctx, kept, nil, query, start, end, time.Minute)
	if err != nil {
		return answer{}, err
	}
	defer prepared.Close()
	result := prepared.Exec(ctx)
	matrix, err := result.Matrix()
	if err != nil {
		return answer{}, err
	}
	warnings, infos := result.Warnings.AsStrings(query, 0, 0)
	answered := answer{Labels: []string{}, Warnings: append(warnings, infos...)}
	for _, each := range matrix {
		each.Metric.Range(func(label labels.Label) {
			if !slices.Contains(answered.Labels, label.Name) {
				answered.Labels = append(answered.Labels, label.Name)
			}
		})
		for _, point := range each.Floats {
			if !math.IsNaN(point.F) && !value.IsStaleNaN(point.F) {
				answered.Numbers++
			}
		}
	}
	return answered, nil
}
