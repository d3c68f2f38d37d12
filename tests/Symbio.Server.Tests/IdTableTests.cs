namespace Symbio.Server.Tests;

/// <summary>What sessions and connections have under ids: few or many, it is one table.</summary>
public sealed class IdTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(100)]
    public void What_was_entered_is_found_until_it_is_removed(int count)
    {
        var table = new IdTable<string>();
        for (int i = 0; i < count; i++)
            table[(ulong)i * 7] = $"{i}";

        Assert.Equal(count, table.Count);
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"{i}").Order(), table.Values.Order());
        for (int i = 0; i < count; i++)
        {
            Assert.True(table.TryGetValue((ulong)i * 7, out string? found));
            Assert.Equal($"{i}", found);
            Assert.False(table.ContainsKey((ulong)i * 7 + 1));
            Assert.True(table.TryRemove((ulong)i * 7, found));
            Assert.False(table.ContainsKey((ulong)i * 7));
            Assert.False(table.TryRemove((ulong)i * 7, found));
        }

        Assert.Equal(0, table.Count);
        Assert.Empty(table.Values);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public void Another_value_under_the_id_stays(int others)
    {
        var table = new IdTable<object>();
        object first = new(), second = new();
        for (int i = 0; i < others; i++)
            table[100 + (ulong)i] = new object();
        table[1] = first;
        table[1] = second;

        Assert.False(table.TryRemove(1, first));
        Assert.Same(second, table[1]);
        Assert.Equal(others + 1, table.Count);
        table.Clear();
        Assert.Equal(0, table.Count);
        Assert.Throws<KeyNotFoundException>(() => table[1]);
    }

    [Fact]
    public void Threads_that_add_and_remove_do_not_lose_each_others_entries()
    {
        for (int round = 0; round < 200; round++)
        {
            var table = new IdTable<string>();
            string stays = "stays";
            Parallel.For(0, 16, i =>
            {
                table[(ulong)i] = stays;
                table[100 + (ulong)i] = stays;
                Assert.True(table.TryRemove(100 + (ulong)i, stays));
                Assert.True(table.ContainsKey((ulong)i));
            });

            Assert.Equal(16, table.Count);
        }
    }
}
