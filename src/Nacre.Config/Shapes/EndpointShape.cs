using System.Globalization;
using Nacre.Config.Files;
using Nacre.Config.Values;

namespace Nacre.Config.Shapes;

/// <summary>The places that forwarding is allowed for: host:port ..., any or none.</summary>
/// <param name="isListener">Whether the places are listened on, where the host may be left out.</param>
internal sealed class EndpointShape(bool isListener) : ValueShape<EndpointPermissions>
{
    public override string Syntax => isListener ? "[host:]port ... | any | none" : "host:port ... | any | none";

    public override bool TryRead(ArgumentReader arguments, out EndpointPermissions? value)
    {
        value = null;
        bool isClient = arguments.Role == ConfigRole.Client;
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail(isClient ? $"missing {arguments.Keyword} specification" : $"{arguments.Keyword} missing argument.");
        if (word is "any" or "none")
        {
            value = word == "any" ? EndpointPermissions.Any : EndpointPermissions.None;
            return !isClient || arguments.AtEnd || MustBeAlone(arguments, word);
        }

        List<PermittedEndpoint> endpoints = [];
        for (string? next = word; next is not null; next = arguments.Next())
        {
            if (isClient && next is "any" or "none")
                return MustBeAlone(arguments, next);
            if (!TryReadOne(arguments, next, out PermittedEndpoint? endpoint))
                return false;
            endpoints.Add(endpoint!);
        }

        value = new EndpointPermissions(false, endpoints);
        return true;
    }

    public override IEnumerable<string> Print(EndpointPermissions value)
    {
        if (value.IsAny || value.Endpoints.Count == 0)
            return [value.IsAny ? "any" : "none"];
        return [string.Join(' ', value.Endpoints.Select(Text))];
    }

    public override IEnumerable<string> Write(EndpointPermissions value) =>
        value.Endpoints.Count == 0 ? Print(value) : [string.Join(' ', value.Endpoints.Select(endpoint => ConfigLine.Quote(Text(endpoint))))];

    private static bool MustBeAlone(ArgumentReader arguments, string word) =>
        arguments.Fail($"keyword {arguments.Keyword} \"{word}\" argument must appear alone.");

    private static bool Bad(ArgumentReader arguments, string complaint) => arguments.Fail(
        arguments.Role == ConfigRole.Client ? $"{complaint} in {arguments.Keyword}" : $"{arguments.Keyword} {complaint}");

    private static string Text(PermittedEndpoint endpoint)
    {
        string host = endpoint.Host.Contains(':', StringComparison.Ordinal) ? $"[{endpoint.Host}]" : endpoint.Host;
        return $"{host}:{(endpoint.Port == 0 ? "*" : endpoint.Port.ToString(CultureInfo.InvariantCulture))}";
    }

    private bool TryReadOne(ArgumentReader arguments, string word, out PermittedEndpoint? endpoint)
    {
        endpoint = null;
        string host, port;
        if (isListener && !word.Contains(':', StringComparison.Ordinal))
            (host, port) = ("*", word);
        else if (!HostAndPort.TrySplit(word, out host, out string? given))
            return Bad(arguments, "missing host");
        else
            port = given ?? "";

        int number = 0;
        if (port != "*" && (!PortNumber.TryParse(port, out number) || number == 0))
            return Bad(arguments, "bad port number");
        if (host.Length is 0 or >= ForwardEnd.MaxHost)
            return Bad(arguments, "missing host");
        endpoint = new PermittedEndpoint(host, number);
        return true;
    }
}
