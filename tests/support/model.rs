//! What a ledger should do, told a second time and naively: nothing is stored but what was posted, everything else is counted anew.
//! It shares no code with the rules that it is compared with, and its refusals are words.

/// An account. `limits` are the minimum and the maximum, in minor units.
#[derive(Clone, Debug)]
pub struct ModelAccount {
    pub name: String,
    pub kind: &'static str,
    pub currency: &'static str,
    pub limits: (Option<i64>, Option<i64>),
}

/// A request by names. `form` is `transfer`, `deposit`, `withdraw` or `post`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelRequest {
    pub id: u32,
    pub form: &'static str,
    pub first: String,
    pub second: String,
    pub amount: i64,
    pub currency: &'static str,
}

/// What was posted: the request, and the names of who was debited and credited.
struct Post {
    request: ModelRequest,
    debit: String,
    credit: String,
}

#[derive(Default)]
pub struct Model {
    pub accounts: Vec<ModelAccount>,
    posts: Vec<Post>,
}

impl Model {
    fn find(&self, name: &str) -> Option<&ModelAccount> {
        self.accounts.iter().find(|account| account.name == name)
    }

    /// All debits and all credits of an account.
    fn totals(&self, name: &str) -> (i128, i128) {
        let sum = |is_party: &dyn Fn(&Post) -> bool| {
            self.posts.iter().filter(|post| is_party(post)).map(|post| i128::from(post.request.amount)).sum()
        };
        (sum(&|post| post.debit == name), sum(&|post| post.credit == name))
    }

    /// The balance on the side on which the account is positive.
    pub fn balance(&self, name: &str) -> i128 {
        let (debits, credits) = self.totals(name);
        if self.find(name).is_some_and(is_debit_normal) { debits - credits } else { credits - debits }
    }

    /// How many transfers touched an account.
    pub fn version(&self, name: &str) -> usize {
        self.posts.iter().filter(|post| post.debit == name || post.credit == name).count()
    }

    /// What came before, in minor units, may not be outside the limits that are asked for.
    pub fn change_limits(&mut self, name: &str, limits: (Option<i64>, Option<i64>)) -> &'static str {
        let balance = self.balance(name);
        let Some(account) = self.accounts.iter_mut().find(|account| account.name == name) else {
            return "account_unknown";
        };
        if let (Some(min), Some(max)) = limits
            && min > max
        {
            return "limits_inverted";
        }
        if limits.0.is_some_and(|min| balance < min.into()) || limits.1.is_some_and(|max| balance > max.into()) {
            return "limit_overrun";
        }
        account.limits = limits;
        "changed"
    }

    /// The answer to a request, which is remembered when it is posted.
    pub fn post(&mut self, request: &ModelRequest) -> &'static str {
        let answer = self.judge(request);
        if answer == "posted" {
            let (debit, credit) = self.sides(request);
            self.posts.push(Post { request: request.clone(), debit, credit });
        }
        answer
    }

    fn judge(&self, request: &ModelRequest) -> &'static str {
        if request.amount <= 0 {
            return "amount_not_positive";
        }
        if request.first == request.second {
            return "same_account";
        }
        let parties = (self.find(&request.first), self.find(&request.second));
        let known = self.posts.iter().find(|post| post.request.id == request.id);
        if let Some(known) = known {
            return if self.is_same(request, known) { "replayed" } else { "id_reused" };
        }
        let (Some(first), Some(second)) = parties else { return "account_unknown" };
        if let Some(refusal) = form_refusal(request, first, second) {
            return refusal;
        }
        if first.currency != request.currency || second.currency != request.currency {
            return "currencies_differ";
        }
        self.judge_amounts(request, [first, second])
    }

    fn judge_amounts(&self, request: &ModelRequest, accounts: [&ModelAccount; 2]) -> &'static str {
        let amount = i128::from(request.amount);
        let (debit, _) = self.sides(request);
        let rises = |account: &ModelAccount| is_debit_normal(account) == (account.name == debit);
        for account in accounts {
            let after = self.balance(&account.name) - amount;
            if !rises(account) && account.limits.0.is_some_and(|min| after < min.into()) {
                return "insufficient_funds";
            }
        }
        for account in accounts {
            let after = self.balance(&account.name) + amount;
            if rises(account) && account.limits.1.is_some_and(|max| after > max.into()) {
                return "max_balance_exceeded";
            }
        }
        for account in accounts {
            let change = if rises(account) { amount } else { -amount };
            if i64::try_from(self.balance(&account.name) + change).is_err() {
                return "overflow";
            }
        }
        "posted"
    }

    /// The same amount between the same accounts in the same direction, whatever the words.
    fn is_same(&self, request: &ModelRequest, known: &Post) -> bool {
        let (Some(first), Some(second)) = (self.find(&request.first), self.find(&request.second)) else { return false };
        form_refusal(request, first, second).is_none()
            && self.sides(request) == (known.debit.clone(), known.credit.clone())
            && (request.amount, request.currency) == (known.request.amount, known.request.currency)
    }

    /// Who is debited, and who is credited.
    fn sides(&self, request: &ModelRequest) -> (String, String) {
        let (first, second) = (request.first.clone(), request.second.clone());
        let first_rises_by_debit = self.find(&first).is_some_and(is_debit_normal);
        let first_is_debited = match request.form {
            "post" => true,
            "deposit" => first_rises_by_debit,
            _ => !first_rises_by_debit,
        };
        if first_is_debited { (first, second) } else { (second, first) }
    }
}

fn form_refusal(request: &ModelRequest, first: &ModelAccount, second: &ModelAccount) -> Option<&'static str> {
    let is_alike = is_debit_normal(first) == is_debit_normal(second);
    match request.form {
        "transfer" if !is_alike => Some("normal_sides_differ"),
        "deposit" | "withdraw" if is_alike => Some("normal_sides_match"),
        _ => None,
    }
}

fn is_debit_normal(account: &ModelAccount) -> bool {
    ["asset", "expense"].contains(&account.kind)
}
