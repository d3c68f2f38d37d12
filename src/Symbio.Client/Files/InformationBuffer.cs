using Symbio.Client.Connections;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;

namespace Symbio.Client;

/// <summary>Information structures in the buffers of requests and responses.</summary>
internal static class InformationBuffer
{
    public static byte[] Write<T>(in T information)
        where T : struct, IInformation<T>
    {
        byte[] bytes = new byte[information.Length];
        var writer = new WireWriter(bytes);
        information.Write(ref writer);
        return bytes;
    }

    /// <summary>What a QUERY_INFO response holds; what is malformed ends the connection.</summary>
    public static T Read<T>(in Reply reply)
        where T : struct, IInformation<T>
    {
        var reader = new WireReader(reply.Read<QueryInfoResponse>().Buffer);
        return T.TryRead(ref reader, out T information)
            ? information
            : throw reply.Connection.Fail($"the {typeof(T).Name} that it sent is malformed");
    }
}
