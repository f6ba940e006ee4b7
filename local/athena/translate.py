"""Translates queries from Trino's SQL, which Athena speaks, into DuckDB's. One JSON line in, one out, until standard input closes.

    {"sql": "SELECT ... FROM \\"db\\".\\"table\\""}

Answers ``{"sql", "tables", "functions"}``: the tables stand as ``table_0``, ``table_1`` ... in the order of ``tables``, and ``functions`` are the
names that the query calls, so that whoever runs it can refuse what it does not know. ``{"malformed": reason}`` is no query, and ``{"statement": kind}``
one that is no SELECT.
"""

import json
import sys

import sqlglot
from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import SqlglotError
from sqlglot.tokens import TokenType

# Words before a parenthesis that call nothing.
WORDS = {
    'and', 'any', 'all', 'array', 'as', 'between', 'by', 'case', 'char', 'decimal', 'distinct', 'else', 'except', 'exists', 'filter', 'from', 'having',
    'in', 'intersect', 'is', 'join', 'limit', 'not', 'offset', 'on', 'or', 'over', 'partition', 'row', 'rows', 'select', 'then', 'timestamp', 'union',
    'using', 'values', 'varchar', 'when', 'where', 'with', 'within',
}
QUOTED = (TokenType.STRING, TokenType.IDENTIFIER, TokenType.NUMBER)


def functions(tokens):
    called = {
        token.text.lower()
        for token, following in zip(tokens, tokens[1:])
        if following.token_type == TokenType.L_PAREN and token.token_type not in QUOTED and token.text[:1].isalpha()
    }
    return sorted(called - WORDS)


def translate(sql):
    tokens = Trino().tokenize(sql)
    if any(token.token_type == TokenType.DCOLON for token in tokens):
        # The parser is more lenient than Trino.
        return {'malformed': "mismatched input '::'"}
    statements = sqlglot.parse(sql, read='trino')
    if len(statements) != 1 or statements[0] is None:
        return {'malformed': f'expected one statement, got {len(statements)}'}
    statement = statements[0]
    if not isinstance(statement, exp.Query):
        return {'statement': statement.key.upper()}
    named = {cte.alias_or_name.lower() for cte in statement.find_all(exp.CTE)}
    tables = []
    for table in list(statement.find_all(exp.Table)):
        if not table.db and table.name.lower() in named:
            continue
        if not isinstance(table.this, exp.Identifier):
            return {'malformed': f'{table.sql(dialect="trino")} is no table'}
        # The Data Catalog knows names in lower case alone.
        place = {'catalog': table.catalog.lower(), 'database': table.db.lower(), 'name': table.name.lower()}
        if place not in tables:
            tables.append(place)
        alias = table.alias or table.name
        table.replace(exp.alias_(exp.to_table(f'table_{tables.index(place)}'), alias, table=True, quoted=True))
    return {'sql': statement.sql(dialect='duckdb'), 'tables': tables, 'functions': functions(tokens)}


def answer(line):
    try:
        return translate(json.loads(line)['sql'])
    except SqlglotError as error:
        return {'malformed': str(error).splitlines()[0]}


for line in sys.stdin:
    print(json.dumps(answer(line)), flush=True)
