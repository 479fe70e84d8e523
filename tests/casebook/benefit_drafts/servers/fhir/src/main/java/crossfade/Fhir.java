package crossfade;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.HashMapResourceProvider;
import org.hl7.fhir.r4.model.InsurancePlan;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;

/** HAPI's server for insurance plans, which it keeps in memory, each version of them. */
@SpringBootApplication
public class Fhir {
  public static void main(String[] arguments) {
    SpringApplication.run(Fhir.class, arguments);
  }

  @Bean
  ServletRegistrationBean<RestfulServer> fhirServlet() {
    FhirContext context = FhirContext.forR4();
    RestfulServer server = new RestfulServer(context);
    server.registerProvider(new HashMapResourceProvider<>(context, InsurancePlan.class));
    ServletRegistrationBean<RestfulServer> bean = new ServletRegistrationBean<>(server, "/fhir/*");
    bean.setName("fhir");
    bean.setLoadOnStartup(1);
    return bean;
  }
}
