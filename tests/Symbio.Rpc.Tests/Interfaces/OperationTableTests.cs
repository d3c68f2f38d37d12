using Symbio.Rpc.Interfaces.Lsarpc;
using Symbio.Rpc.Interfaces.Srvsvc;
using Symbio.Rpc.Interfaces.Wkssvc;
using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;
using Symbio.Rpc.Tests.Hosts;

namespace Symbio.Rpc.Tests.Interfaces;

public sealed class OperationTableTests
{
    [Fact] // [MS-SRVS] 3.1.4, [MS-WKST] 3.2.4, [MS-LSAT] 3.1.4
    public void Every_operation_number_has_its_row()
    {
        AssertComplete(SrvsvcInterface.Operations, 58);
        AssertComplete(WkssvcInterface.Operations, 31);
        AssertComplete(LsarpcInterface.Operations, 78);
    }

    /// <summary>
    /// Seeded garbage for every operation of every interface: valid prefixes of small numbers, which get further than
    /// noise. Nothing may throw, and the connection has to live.
    /// </summary>
    [Theory]
    [InlineData("srvsvc")]
    [InlineData("wkssvc")]
    [InlineData("lsarpc")]
    public async Task Garbage_stubs_never_throw(string pipeName)
    {
        List<Exception> exceptions = [];
        var (syntax, count) = pipeName switch
        {
            "srvsvc" => (SrvsvcInterface.Syntax, 58),
            "wkssvc" => (WkssvcInterface.Syntax, 31),
            _ => (LsarpcInterface.Syntax, 78),
        };
        var server = TestEndpoints.Create(onException: exceptions.Add);
        using var client = await TestClient.BindAsync(server, pipeName, syntax);
        var random = new Random(20261121);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] stub = new byte[random.Next(200)];
            for (int j = 0; j < stub.Length; j += 4)
                stub[j] = (byte)(random.Next(4) == 0 ? random.Next(256) : random.Next(4));
            var (fault, _) = await client.CallRawAsync((ushort)random.Next(count), stub);
            Assert.NotEqual(FaultStatus.Unspecified, fault);
        }

        Assert.Empty(exceptions);
        Assert.True(client.Pipe.IsConnected);
    }

    private static void AssertComplete<T>(RpcOperation<T>[] operations, int count) where T : class
    {
        Assert.Equal(count, operations.Length);
        Assert.Equal(Enumerable.Range(0, count), operations.Select(operation => (int)operation.Opnum));
        Assert.Equal(count, operations.Select(operation => operation.Name).Distinct().Count());
        Assert.DoesNotContain(
            operations, operation => operation.IsSupported && operation.Name.StartsWith("Opnum", StringComparison.Ordinal));
    }
}
