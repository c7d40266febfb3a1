//! What becomes of lines: masks, merging, splitting, repetition, order.

use logmine::{Kind, Limits, Miner, Snapshot, TemplateId};

fn texts(lines: &[String]) -> Vec<String> {
    let mut miner = Miner::default();
    let stream = miner.stream("shop");
    for line in lines {
        stream.add(line.as_bytes());
    }
    let mut texts: Vec<String> = stream.templates().list().iter().map(|t| t.text.clone()).collect();
    texts.sort();
    texts
}

fn of(lines: &[&str]) -> Vec<String> {
    texts(&lines.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>())
}

/// A day of an invented shop, `n` lines.
fn shop(n: usize) -> Vec<String> {
    let users = ["anna", "bert", "carla", "dora", "emil", "frida", "gustav", "hanne", "ines", "jakob"];
    (0..n)
        .map(|i| match i % 7 {
            0 => format!("order {} of customer {} accepted in {} ms", 1000 + i, users[i % 10], i % 90),
            1 => format!("payment for {} from 10.0.{}.{}:443 declined: code={}", users[i % 9], i % 200, i % 250, i % 7),
            2 => format!("cache {} for key /v1/items/{i}", if i % 2 == 0 { "HIT" } else { "MISS" }),
            3 => format!("GET /v1/items/{i}?page={} took {}.{} s", i % 5, i % 3, i % 10),
            4 => "connection pool is exhausted".to_owned(),
            5 => format!("retry {} of 5, waiting (id={:08x}-0000-4000-8000-00000000abcd)", i % 5, i),
            _ => format!("user {} signed in", users[(i * 7) % 10]),
        })
        .collect()
}

#[test]
fn values_are_masked_however_they_are_written() {
    for (line, template) in [
        ("took 5 ms", "took <*>"),
        ("peer 10.0.0.1:80 gone", "peer <*> gone"),
        ("peer [fe80::1] gone", "peer [<*>] gone"),
        ("mac AA:BB:0C:DD:EE:FF seen", "mac <*> seen"),
        ("see https://shop.example/a?b=c now", "see <*> now"),
        ("file /var/lib/x y", "file <*> y"),
        (r"file C:\Windows\x.dll y", "file <*> y"),
        ("id deadbeef gone", "id <*> gone"),
        ("at Fri Jul 01 08:16:53 PDT 2005 done", "at <*> done"),
        ("nodes 1, 2, 3 and 4", "nodes <*> and <*>"),
        ("db.example:5432 is down", "<*> is down"),
        ("lifetime <1 sec", "lifetime <*>"),
        ("depth.........12", "depth...<*>"),
        ("read 17.5 KB (a=1,b=2)", "read <*> (a=<*>,b=<*>)"),
        ("ssh2 and L3 stay", "ssh2 and L3 stay"),
    ] {
        assert_eq!(of(&[line]), [template], "{line}");
    }
}

#[test]
fn a_list_of_any_length_is_one_value() {
    assert_eq!(of(&["nodes 1 2 3 are up", "nodes 1 are up", "nodes 4, 5 are up"]), ["nodes <*> are up"]);
}

#[test]
fn few_words_are_an_enumeration_and_many_a_parameter() {
    assert_eq!(of(&["door is open now", "door is closed now"]).len(), 2);
    let rooms: Vec<String> =
        ["hall", "attic", "cellar", "kitchen", "garage", "study"].map(|r| format!("door of room {r} is open")).to_vec();
    assert_eq!(texts(&rooms), ["door of room <*> is open"]);
    assert_eq!(texts(&rooms[..3]).len(), 3, "three rooms may be three different messages");
    assert_eq!(of(&["leader went from LOOKING to LEADING", "leader went from LOOKING to FOLLOWING"]).len(), 2);
}

#[test]
fn messages_of_one_word_are_never_one_template() {
    let words: Vec<String> = (0..60)
        .map(|i| format!("on{}", "abcdefghij".chars().cycle().skip(i).take(5 + i / 10).collect::<String>()))
        .collect();
    let different: std::collections::BTreeSet<&String> = words.iter().collect();
    assert_eq!(texts(&words).len(), different.len());
}

#[test]
fn a_value_of_several_words_is_the_same_place() {
    let lines = [
        "surface created name=Popup by system server now",
        "surface created name=Popup (small) by system server now",
        "surface created name=Main window of map by system server now",
    ];
    assert_eq!(of(&lines), ["surface created name=<*> by system server now"]);
    // Another name and value is another message.
    assert_eq!(of(&["login failed for host=a1b2 tty=x", "login failed for host=a1b2 user=root tty=x"]).len(), 2);
}

#[test]
fn what_was_counted_apart_is_counted_together_once_it_is_one_template() {
    let mut miner = Miner::default();
    let stream = miner.stream("shop");
    let early: Vec<_> =
        ["hall", "attic", "cellar"].map(|r| stream.add(format!("door of room {r} is open").as_bytes())).into();
    let apart = stream.templates();
    assert_eq!(apart.list().len(), 3);
    let first = apart.of(early[0]).expect("known").id;
    for room in ["kitchen", "garage", "study"] {
        stream.add(format!("door of room {room} is open").as_bytes());
    }
    let together = stream.templates();
    assert_eq!(together.list().len(), 1);
    let template = together.of(early[2]).expect("known");
    assert_eq!((template.lines, template.id), (6, first), "the oldest keeps its name");
}

#[test]
fn clusters_after_five_hundred_repetitions_are_those_after_one() {
    let lines = shop(2_000);
    let mut miner = Miner::default();
    let stream = miner.stream("shop");
    let once = {
        lines.iter().for_each(|l| {
            stream.add(l.as_bytes());
        });
        (stream.templates().list().iter().map(|t| t.id).collect::<Vec<_>>(), stream.shapes())
    };
    for _ in 1..500 {
        for line in &lines {
            stream.add(line.as_bytes());
        }
    }
    let after: Vec<TemplateId> = stream.templates().list().iter().map(|t| t.id).collect();
    assert_eq!((after, stream.shapes()), once);
    assert_eq!(stream.templates().list().iter().map(|t| t.lines).sum::<u64>(), 1_000_000);
}

#[test]
fn the_order_of_lines_changes_no_template() {
    let lines = shop(700);
    let mut backwards = lines.clone();
    backwards.reverse();
    assert_eq!(texts(&lines), texts(&backwards));
}

#[test]
fn services_never_mix() {
    let lines = shop(400);
    let mut apart = Miner::default();
    for name in ["a", "b"] {
        for line in &lines {
            apart.stream(name).add(line.as_bytes());
        }
    }
    let mut woven = Miner::default();
    for line in &lines {
        for name in ["b", "a"] {
            woven.stream(name).add(line.as_bytes());
        }
    }
    assert_eq!(apart.snapshot(), woven.snapshot());
    let ids = |name: &str, miner: &mut Miner| -> Vec<TemplateId> {
        miner.stream(name).templates().list().iter().map(|t| t.id).collect()
    };
    let (a, b) = (ids("a", &mut apart), ids("b", &mut apart));
    assert!(a.iter().all(|id| !b.contains(id)), "the same words of two services are two templates");
}

#[test]
fn a_restored_miner_goes_on_with_the_same_shapes_and_names() {
    let lines = shop(1_500);
    let mut miner = Miner::default();
    let slots: Vec<_> = lines[..700].iter().map(|l| miner.stream("shop").add(l.as_bytes())).collect();
    let kept = serde_json::to_string(&miner.snapshot()).expect("plain data");
    let kept: Snapshot = serde_json::from_str(&kept).expect("what was written");
    let mut restored = Miner::restore(kept, Limits::default()).expect("the same version");
    assert_eq!(restored.snapshot(), miner.snapshot());
    for (line, slot) in lines.iter().zip(&slots) {
        assert_eq!(restored.stream("shop").add(line.as_bytes()), *slot);
        assert_eq!(miner.stream("shop").add(line.as_bytes()), *slot);
    }
    for line in &lines[700..] {
        assert_eq!(restored.stream("shop").add(line.as_bytes()), miner.stream("shop").add(line.as_bytes()));
    }
    assert_eq!(restored.stream("shop").templates().list(), miner.stream("shop").templates().list());
}

#[test]
fn a_snapshot_that_points_nowhere_is_refused() {
    let mut miner = Miner::default();
    miner.stream("shop").add(b"hello world");
    let mut kept = serde_json::to_value(miner.snapshot()).expect("plain data");
    kept["streams"][0]["shapes"][0]["within"] = 7.into();
    let kept: Snapshot = serde_json::from_value(kept).expect("the same fields");
    assert!(Miner::restore(kept, Limits::default()).is_err());
}

#[test]
fn parameters_come_with_their_kinds() {
    let mut miner = Miner::default();
    let stream = miner.stream("shop");
    for name in ["anna", "bert", "carla", "dora", "emil", "frida"] {
        stream.add(format!("user {name} paid 5.20 from 10.0.0.1:80 at /pay/now (job_12 took 7 ms)").as_bytes());
    }
    let templates = stream.templates();
    let found =
        stream.parameters(&templates, b"user greta paid 9.80 from 10.9.0.1:80 at /pay/then (job_13 took 71 ms)");
    let kinds: Vec<(Kind, &str)> = found.iter().map(|p| (p.kind, p.text.as_str())).collect();
    assert_eq!(
        kinds,
        [
            (Kind::Decimal, "9.80"),
            (Kind::Address, "10.9.0.1:80"),
            (Kind::Path, "/pay/then"),
            (Kind::Identifier, "job_13"),
            (Kind::Quantity, "71 ms"),
        ],
        "a name that was never seen is no parameter yet"
    );
    stream.add(b"user greta paid 9.80 from 10.9.0.1:80 at /pay/then (job_13 took 71 ms)");
    let templates = stream.templates();
    let found =
        stream.parameters(&templates, b"user greta paid 9.80 from 10.9.0.1:80 at /pay/then (job_13 took 71 ms)");
    assert_eq!((found[0].kind, found[0].text.as_str()), (Kind::Word, "greta"));
}
