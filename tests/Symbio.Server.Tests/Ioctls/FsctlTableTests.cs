using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Ioctls;

namespace Symbio.Server.Tests.Ioctls;

public sealed class FsctlTableTests
{
    [Fact]
    public void Every_code_has_a_row_that_handles_or_refuses()
    {
        foreach (FsctlCode code in Enum.GetValues<FsctlCode>())
        {
            FsctlRow? row = FsctlTable.Find(code);
            Assert.True(row is not null, $"{code} has no row.");
            Assert.True(row.Handler is null == row.Refusal.IsError, $"{code} neither handles nor refuses, or does both.");
        }
    }
}
