namespace Symbio.Identity.Tests;

public sealed class UnixAccountsTests
{
    [Fact]
    public void Root_is_there_with_its_groups()
    {
        var root = UnixAccounts.Instance.FindUser("root").Account;
        Assert.NotNull(root);
        Assert.Equal(0u, root.Uid);
        Assert.Contains(0u, root.Groups);
        Assert.Equal("root", UnixAccounts.Instance.UserName(0));
        Assert.Equal("root", UnixAccounts.Instance.GroupName(0));
        Assert.Equal(0u, UnixAccounts.Instance.FindGroup("root"));
    }

    [Fact]
    public void Nobody_else_is_made_up()
    {
        Assert.Equal(new UnixLookup(null), UnixAccounts.Instance.FindUser("no-such-user-here"));
        Assert.Null(UnixAccounts.Instance.FindGroup("no-such-group-here"));
        Assert.Null(UnixAccounts.Instance.UserName(0x7FFFFFF0));
        Assert.Null(UnixAccounts.Instance.GroupName(0x7FFFFFF0));
    }
}
